import type { Journal } from '../label-ports.js';
import type { SourceName } from '../model.js';
import { isRemovalKind } from '../sync/operation.js';

/** An account that holds labels of ours and cannot be asked now. */
export interface OutOfReach {
  readonly source: SourceName;
  /** Labels of ours in it; 0 where only an empty tag or album, or a label that was taken off, is at stake. */
  readonly labels: number;
  /** True when the config names it. */
  readonly isSetUp: boolean;
}

/** Accounts that labels (of one run, or null = all) lie in and that are not among the `open` ones. */
export function outOfReach(
  journal: Pick<Journal, 'entries' | 'labelledSources' | 'standing'>,
  accounts: { readonly open: readonly SourceName[]; readonly setUp: readonly SourceName[] },
  run: string | null,
): OutOfReach[] {
  const standing = journal.standing(run ?? undefined);
  const sources = run === null ? journal.labelledSources() : sourcesOfRun(journal, run);
  return [...new Set([...sources, ...standing.map(({ source }) => source)])]
    .filter((source) => !accounts.open.includes(source))
    .map((source) => ({
      source,
      labels: standing.reduce((sum, one) => sum + (one.source === source ? one.photos.length : 0), 0),
      isSetUp: accounts.setUp.includes(source),
    }));
}

/** What a run took off is put back where it was. */
function sourcesOfRun(journal: Pick<Journal, 'entries'>, run: string): SourceName[] {
  const takenOff = journal
    .entries(run)
    .filter(({ kind }) => isRemovalKind(kind) && !kind.startsWith('delete-'));
  return takenOff.map(({ source }) => source);
}

/** `19 labels of ours lie in the account anna, which is not set up here` */
export function tellOutOfReach({ source, labels, isSetUp }: OutOfReach): string {
  const what = labels === 0 ? 'work' : labels === 1 ? 'label' : 'labels';
  const lie = `${labels === 0 ? 'some' : labels} ${what} of ours ${labels > 1 ? 'lie' : 'lies'} in the account ${source}`;
  return `${lie}, which ${isSetUp ? 'cannot be reached now' : 'is not set up here'}`;
}

/** What to put into the config so that the account can be reached again, under the name that it had. */
export function configLineOf(source: SourceName): string {
  return source === 'immich'
    ? 'immich: { url: …, api_key: … }'
    : `accounts: [{ name: ${source}, url: …, api_key: … }]`;
}

/** Both on one line. */
export function hintFor(one: OutOfReach): string {
  const hint = one.isSetUp ? '' : `; this in the config brings it back: ${configLineOf(one.source)}`;
  return tellOutOfReach(one) + hint;
}
