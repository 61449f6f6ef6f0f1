import type { EventEmitter } from 'eventemitter3';
import type { Config } from '../config.js';
import type { PhotoKey, Signal, SourceName } from '../model.js';
import type { Backlog } from '../pipeline/backlog.js';
import type { Examiner } from '../pipeline/examiner.js';
import type { Neighbours } from '../pipeline/search/neighbours.js';
import type { Prover } from '../pipeline/proof/prover.js';
import type { KeyedQueue } from '../pipeline/queue.js';
import type { SourceReader } from '../pipeline/source-reader.js';
import type { Clock, Log, PhotoSource } from '../ports.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import type { State } from '../state/open-state.js';
import type { Labelling } from './labelling.js';

/** Everything that can be told while the agent works. */
export interface ProgressEvents {
  /** Photos of a source listed so far, and how many there are where that is known. */
  listed: [source: SourceName, seen: number, expected: number | null];
  /** Pictures looked at in this run, and how many wait. */
  examined: [done: number, waiting: number];
  /** Photos whose parts were compared with all others, and how many there are to compare. */
  compared: [done: number, of: number];
  /** Labels of an account written in this run, and how many its plan has. */
  labelled: [source: SourceName, done: number, of: number];
  /** A part of the work begins: a line for people. */
  stage: [text: string];
}

/** Something that watches and emits signals; `stop` undoes `start`. */
export interface Watcher {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A source with the part that reads it and the one that watches it. */
export interface ReadSource {
  readonly source: PhotoSource;
  readonly reader: SourceReader;
  readonly watcher: Watcher;
}

/** The machine, put together by `agent.ts`. */
export interface Parts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: State;
  readonly accounts: readonly ImmichAccount[];
  readonly sources: readonly ReadSource[];
  readonly queue: KeyedQueue<PhotoKey>;
  /** Photos that wait in the index for the queue to take them. */
  readonly backlog: Backlog;
  /** Who looks like whom, by what is in memory. */
  readonly neighbours: Neighbours;
  readonly prover: Prover;
  readonly examiner: Examiner;
  readonly labelling: Labelling;
  readonly signals: EventEmitter<{ signal: [Signal] }>;
  readonly progress: EventEmitter<ProgressEvents>;
  /** Says at set times: list everything again. */
  readonly schedule: Watcher;
  /** Opens a source, and checks that its account is who it was. Throws while it cannot be used. Safe to repeat. */
  readonly openSource: (one: ReadSource) => Promise<void>;
  /** Aborted when the agent stops. */
  readonly stopping: AbortSignal;
  /** Why the queue stopped taking keys; null while it works. */
  readonly broken: () => Error | null;
}
