/** Our own book of the labels that we wrote, and what it promises. */
import type { PhotoKey, SourceName } from './model.js';

/** Labels that give a photo one value, where another may have been before. */
export const valueKinds = [
  'favorite',
  'duplicate',
  'scores',
  'stack',
  'carried-favorite',
  'rating',
  'description',
  'location',
] as const;
export type ValueKind = (typeof valueKinds)[number];
/** Those that Immich keeps in the file beside the photo: what was written is certain only later. */
export const settlingKinds = ['rating', 'description', 'location'] as const satisfies ValueKind[];
/** Those that belong to one photo alone. */
export type FieldKind = Exclude<ValueKind, 'stack'>;

/** Kinds of label that are written. */
export type LabelKind = 'tag' | 'album' | 'carried-album' | ValueKind;

/**
 * What became of a label that we wrote:
 * `pending` (the call may or may not have reached the server), `written` (the server said yes), `seen` (read back once after
 * the server had settled), `verified` (read back twice), `removing` (we took it off, not settled yet),
 * `by-hand` (a person took it off: not put back while the group stays the same), `refused` (it will not stick).
 */
export type LabelState = 'pending' | 'written' | 'seen' | 'verified' | 'removing' | 'by-hand' | 'refused';

/** One label on one photo, made by us. */
export interface OwnLabel {
  readonly source: SourceName;
  readonly kind: LabelKind;
  /** Tag name, or album id. */
  readonly name: string;
  readonly photo: PhotoKey;
  readonly state: LabelState;
  /** Writes so far. */
  readonly tries: number;
  /** The photo's `updatedAt` before the write: when it has moved, the server has settled. */
  readonly baseline: number;
  /** When the state was reached, our clock, milliseconds. */
  readonly since: number;
  /** Members of the group it was written for. */
  readonly signature: string;
  readonly operation: number;
}

/** A value that a photo has, or had; null = none. */
export type LabelValue = string | null;

/**
 * A value of ours on one photo; its states are `pending`, `verified`, `by-hand` and `refused`, of one that goes through the
 * file beside the photo also `written`, `seen` and `removing`, and its `name` is the kind.
 * `baseline` is the photo's `updatedAt` when it was written: until the index has another, it has not read the photo since.
 */
export interface ValueLabel extends OwnLabel {
  readonly kind: ValueKind;
  readonly value: string;
  /** What was there before us. */
  readonly before: LabelValue;
}

/** What an operation does to the value of one photo. */
export interface ValueChange {
  readonly from: LabelValue;
  readonly to: LabelValue;
}

/** A tag, album or stack that did not exist before us. A stack is named by the number of its group. */
export interface MadeThing {
  readonly source: SourceName;
  readonly kind: LabelKind;
  readonly name: string;
  /** Id on the server; null while the call that makes it may be under way. */
  readonly serverId: string | null;
  /** Members of the group that an album was made for; empty for a tag. */
  readonly signature: string;
  /**
   * Of an album, its version after our last write, empty when unknown: it moves when somebody else changes it. Of a stack,
   * the photo that we made lead it; while it is being made, the id of the stack that goes into it.
   */
  readonly version: string;
  /** `by-hand`: a person deleted it. */
  readonly state: 'here' | 'by-hand';
}

export interface JournalEntry {
  readonly source: SourceName;
  readonly kind: string;
  readonly name: string;
  readonly photos: readonly PhotoKey[];
  /** Of labels that are values: the change of each photo, in their order. */
  readonly changes?: readonly ValueChange[];
}

/** One `scan`, `undo`, or round of the agent. */
export interface Run {
  readonly id: string;
  /** For people: what was typed, or what the agent was up to. */
  readonly command: string;
}

export interface RunRecord extends Run {
  readonly startedAt: number;
  readonly operations: number;
  /** Labels of it that still stand: not taken back, and not taken off by a person. */
  readonly standing: number;
  /** An undo took all of it back, or it is the end of one: `undo --last` passes it over. */
  readonly undone: boolean;
}

/** Labels of ours of one kind and name that stand in one account. */
export interface StandingLabels {
  readonly source: SourceName;
  readonly kind: LabelKind;
  /** Name of the tag or album; the kind, of the others. */
  readonly name: string;
  readonly photos: readonly PhotoKey[];
}

/** Everything that we wrote; only labels that were not there before are in it. Cannot be rebuilt: each call is on disk when it returns. */
export interface Journal {
  /** Unlike that of any other journal. */
  readonly instance: string;
  /** Runs that applied something, newest first. */
  runs(): readonly RunRecord[];
  /** The newest of them; null when nothing was ever written. */
  lastRun(): (Run & Pick<RunRecord, 'startedAt'>) | null;
  /** Writes down that a run was, also when it applies nothing; one that is known gets this command. */
  note(run: Run): void;
  /** Written before the call to the server; returns the operation's number. */
  begin(run: Run, entry: JournalEntry): number;
  /** Written after the call; `error` when it failed. */
  end(operation: number, error?: string): void;
  /** What a run did, oldest first. */
  entries(run: string): readonly (JournalEntry & { readonly operation: number })[];
  /** Labels of ours, in any state. */
  labels(source: SourceName, kind: LabelKind, name?: string): readonly OwnLabel[];
  /** Labels of ours of one name on these photos, in any state. */
  labelsOn(
    source: SourceName,
    kind: LabelKind,
    name: string,
    photos: Iterable<PhotoKey>,
  ): readonly OwnLabel[];
  /** Values of ours, in any state; `photos` narrows it. */
  values(source: SourceName, kind: ValueKind, photos?: Iterable<PhotoKey>): readonly ValueLabel[];
  /** What an operation was to do to the value of this photo; null when it was none of its photos. */
  changeOf(operation: number, photo: PhotoKey): ValueChange | null;
  /** Tags that were written or taken off and are not settled yet. */
  openLabels(source: SourceName): readonly OwnLabel[];
  /** The same of values that go through the file beside the photo. */
  openValues(source: SourceName): readonly ValueLabel[];
  /** Names of tags that were ever written to say something of ours: no person's. */
  ownTags(source: SourceName): ReadonlySet<string>;
  /** How many labels of ours a source carries. */
  countLabels(source: SourceName): number;
  /** Sources that labels of ours lie in, or tags and albums that we made. */
  labelledSources(): readonly SourceName[];
  /** Labels that a run wrote, and that do not stick. */
  refusedIn(run: string): readonly OwnLabel[];
  /** Labels that stand: not taken back, and not taken off by a person. With `run` those that it wrote. */
  standing(run?: string): readonly StandingLabels[];
  /** Adds or overwrites labels. */
  put(labels: readonly (OwnLabel | ValueLabel)[]): void;
  forget(labels: readonly Pick<OwnLabel, 'source' | 'kind' | 'name' | 'photo'>[]): void;
  made(source: SourceName, kind: LabelKind): readonly MadeThing[];
  putMade(thing: MadeThing): void;
  forgetMade(thing: Pick<MadeThing, 'source' | 'kind' | 'name'>): void;
  /** Something that a person must agree to before it goes on; null when there is nothing. */
  hold(kind: HoldKind): string | null;
  setHold(kind: HoldKind, reason: string | null): void;
  /** Runs the work in one transaction. */
  together<T>(work: () => T): T;
  /** Copies the journal beside itself, for the day the file is damaged. */
  backUp(): Promise<void>;
}

/** `removals`: no label is taken off (the journal was restored). `labels`: nothing is written (everything was undone). */
export type HoldKind = 'removals' | 'labels';
