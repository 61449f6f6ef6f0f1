import type { IndexCounts } from '../ports.js';
import type { Parts } from './parts.js';

/** What `status --json` prints of a running agent. */
export interface AgentStatus {
  readonly running: boolean;
  readonly since: string;
  readonly sources: readonly {
    readonly name: string;
    readonly kind: 'immich' | 'folder';
    /** ISO time up to which it was read; null = never. */
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
  readonly failures: readonly { readonly key: string; readonly reason: string }[];
}

export function statusOf(parts: Parts, since: number): AgentStatus {
  const { state, sources, accounts, queue } = parts;
  return {
    running: true,
    since: isoTime(since),
    sources: sources.map(({ source, reader }) => {
      const { checkpoint } = state.json.of(source.name);
      const away = accounts.find((account) => account.source === source)?.client.awaySince ?? null;
      return {
        name: source.name,
        kind: source.kind,
        readUpTo: checkpoint === null ? null : isoTime(checkpoint),
        complete: reader.complete,
        awaySince: away === null ? null : isoTime(away),
      };
    }),
    counts: state.photos.counts(),
    queued: queue.pending,
    holds: [
      ...(['removals', 'labels'] as const).flatMap((kind) => state.journal.hold(kind) ?? []),
      ...(parts.labelling.heldBecause === null ? [] : [parts.labelling.heldBecause]),
    ],
    failures: state.photos.failures(20),
  };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
