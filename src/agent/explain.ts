import type { EvidenceKind, Group, PhotoKey } from '../model.js';
import { createPace } from '../pace.js';
import type { DismissedPhoto } from '../store-ports.js';
import type { State } from '../state/open-state.js';
import type { Operation } from '../sync/operation.js';

/** A photo of a plan, and why its labels should be what they should be: fields may be added, never renamed. */
export interface ExplainedPhoto {
  readonly key: PhotoKey;
  /** File name, or path below the folder. */
  readonly name: string;
  /** Number of the group that it is in now; null when in none. */
  readonly group: number | null;
  readonly role: 'keeper' | 'extra' | null;
  /** Against the group's keeper; null for a keeper, and outside groups. */
  readonly evidence: EvidenceKind | null;
  readonly score: number | null;
  /** For an extra: the photo that stays when it goes. */
  readonly keptAs: PhotoKey | null;
  /** All that in words. */
  readonly why: string;
}

/** By photo key. */
export type Explained = Readonly<Record<string, ExplainedPhoto>>;

type Known = Pick<State, 'photos' | 'groups' | 'dismissals'>;

const asWords: Readonly<Record<EvidenceKind, string>> = {
  'same-bytes': 'the same bytes as',
  'same-picture': 'the same picture as',
  edited: 'an edited copy of',
  burst: 'of one burst with',
  similar: 'like',
};

/** Looks up every photo of these operations, and those of `more`. */
export async function explain(
  operations: readonly Operation[],
  state: Known,
  more: readonly PhotoKey[] = [],
): Promise<Explained> {
  const pace = createPace();
  const explained: Record<string, ExplainedPhoto> = {};
  const extras = operations.flatMap((operation) =>
    'extras' in operation ? (operation.extras ?? []).flat() : [],
  );
  for (const key of new Set([...operations.flatMap(({ photos }) => photos), ...extras, ...more])) {
    await pace();
    explained[key] = explainPhoto(key, state);
  }
  return explained;
}

function explainPhoto(key: PhotoKey, state: Known): ExplainedPhoto {
  const photo = state.photos.get(key);
  const group = photo === null ? null : state.groups.groupOf(photo.id);
  const member = group?.members.find((one) => one.key === key) ?? null;
  const outside = { group: null, role: null, evidence: null, score: null, keptAs: null };
  if (photo === null) return { key, name: key, ...outside, why: 'not there any more' };
  const { name } = photo;
  if (group === null || member === null)
    return { key, name, ...outside, why: whyAlone(state.dismissals.apartFrom(photo)) };
  const { role, evidence, keptAs } = member;
  return {
    ...{ key, name, group: group.number, role, keptAs },
    evidence: evidence?.kind ?? null,
    score: evidence?.score ?? null,
    why: whyIn(group, member, (other) => state.photos.get(other)?.name ?? other),
  };
}

function whyIn(group: Group, member: Group['members'][number], nameOf: (key: PhotoKey) => string): string {
  const { key, role, evidence, keptAs } = member;
  if (evidence === null) return 'the one to keep';
  const proof = `${asWords[evidence.kind]} ${nameOf(group.keeper)}`;
  const sure = evidence.kind === 'same-bytes' ? '' : ` (${evidence.score.toFixed(3)})`;
  if (role === 'keeper') return `${proof}${sure}, kept for its owner`;
  const other = keptAs === null || keptAs === group.keeper || keptAs === key ? null : keptAs;
  return `${proof}${sure}${other === null ? '' : `; ${nameOf(other)} is kept`}`;
}

function whyAlone(apart: readonly DismissedPhoto[]): string {
  const [first] = apart;
  if (first === undefined) return 'no duplicate of another photo any more';
  const more = apart.length > 1 ? ` and ${apart.length - 1} more` : '';
  return `dismissed: no duplicate of ${first.name}${more}`;
}
