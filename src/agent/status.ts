import type { Journal } from '../label-ports.js';
import { mostRefusals } from '../sync/resting.js';
import type { IndexCounts, PhotoStore, RefusedWrite, RefusedWrites } from '../store-ports.js';
import type { Parts } from './parts.js';
import { countStanding } from './standing-labels.js';

/** A photo that cannot be compared. */
export interface FailedPhoto {
  readonly key: string;
  readonly reason: string;
  readonly name: string;
  /** Account or folder; empty when the photo is not known any more. */
  readonly source: string;
}

/** What is known of the labels, running or not. */
export interface LabelStatus {
  /** Those that are set up, and those that labels of ours lie in. */
  readonly accounts: readonly {
    readonly name: string;
    /** Address of its server; null when it is not set up here. */
    readonly url: string | null;
    /** Labels of ours on photos that are there. */
    readonly labels: number;
  }[];
  /** What Immich refused again and again: it is left alone for a while, see `Resting`. */
  readonly refusedWrites: readonly {
    readonly account: string;
    /** Kind and name of the operation. */
    readonly operation: string;
    readonly photos: number;
    readonly reason: string;
  }[];
  /** The last run that wrote something. */
  readonly lastRun: { readonly id: string; readonly command: string; readonly startedAt: string } | null;
}

/** What `status --json` prints of a running agent: fields may be added, never renamed. */
export interface AgentStatus extends LabelStatus {
  readonly running: boolean;
  readonly since: string;
  readonly sources: readonly {
    readonly name: string;
    readonly kind: 'immich' | 'folder';
    /** ISO time when it was last read without an error since the start, changed or not; null = not yet. */
    readonly checkedAt: string | null;
    /** ISO time of its checkpoint, from which changes are asked for; it may stand still where nothing changes. Null = never read. */
    readonly readUpTo: string | null;
    /** True when everything it has is known to be in the index. */
    readonly complete: boolean;
    /** ISO time since when it has not answered; null while it does. */
    readonly awaySince: string | null;
  }[];
  readonly counts: IndexCounts;
  /** Photos waiting to be looked at. */
  readonly queued: number;
  /** What waits for a person. */
  readonly holds: readonly string[];
  readonly failures: readonly FailedPhoto[];
}

/** Photos named in `failures` at most. */
const mostFailures = 20;

export async function statusOf(parts: Parts, since: number): Promise<AgentStatus> {
  const { config, state, sources, accounts, queue } = parts;
  const held = parts.labelling.heldBecause;
  return {
    running: true,
    since: isoTime(since),
    sources: sources.map(({ source, reader }) => {
      const { checkpoint } = state.json.of(source.name);
      const away = accounts.find((account) => account.source === source)?.client.awaySince ?? null;
      return {
        name: source.name,
        kind: source.kind,
        checkedAt: reader.checkedAt === null ? null : isoTime(reader.checkedAt),
        readUpTo: checkpoint === null ? null : isoTime(checkpoint),
        complete: reader.complete,
        awaySince: away === null ? null : isoTime(away),
      };
    }),
    counts: state.photos.counts(),
    queued: queue.pending,
    holds: [...holdsOf(state.journal), ...(held === null ? [] : [held])],
    failures: failuresOf(state.photos),
    ...(await labelStatus(config.accounts, state, state.photos)),
  };
}

export function holdsOf(journal: Pick<Journal, 'hold'>): string[] {
  return (['removals', 'labels'] as const).flatMap((kind) => journal.hold(kind) ?? []);
}

export function failuresOf(photos: Pick<PhotoStore, 'failures' | 'get'>): FailedPhoto[] {
  return photos.failures(mostFailures).map(({ key, reason }) => {
    const { name = key, source = '' } = photos.get(key) ?? {};
    return { key, reason, name, source };
  });
}

/** Null for a journal or an index that is not there yet. */
export async function labelStatus(
  accounts: readonly { readonly name: string; readonly url: string }[],
  written: {
    readonly journal: Pick<Journal, 'standing' | 'lastRun'>;
    readonly refusedWrites: Pick<RefusedWrites, 'list'>;
  } | null,
  photos: Pick<PhotoStore, 'get'> | null,
): Promise<LabelStatus> {
  const labels = new Map<string, number>(accounts.map(({ name }) => [name, 0]));
  for (const one of await countStanding(written?.journal.standing() ?? [], photos))
    labels.set(one.source, (labels.get(one.source) ?? 0) + one.photos);
  const last = written?.journal.lastRun() ?? null;
  return {
    accounts: [...labels].map(([name, count]) => {
      const url = accounts.find((account) => account.name === name)?.url ?? null;
      return { name, url, labels: count };
    }),
    refusedWrites: restingOf(written?.refusedWrites.list() ?? []),
    lastRun: last === null ? null : { ...last, startedAt: isoTime(last.startedAt) },
  };
}

function restingOf(writes: readonly RefusedWrite[]): LabelStatus['refusedWrites'] {
  const found = new Map<string, LabelStatus['refusedWrites'][number]>();
  for (const { source: account, kind, name, reason, tries } of writes) {
    if (tries < mostRefusals) continue;
    const operation = `${kind} ${name}`;
    const what = [account, operation, reason].join('\n');
    found.set(what, { account, operation, photos: (found.get(what)?.photos ?? 0) + 1, reason });
  }
  return [...found.values()];
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
