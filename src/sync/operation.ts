import type { FieldKind, ValueChange, ValueKind } from '../label-ports.js';
import type { PhotoKey, SourceName } from '../model.js';

interface Step {
  readonly source: SourceName;
  /** Name of the tag or album; of other labels the group, or the kind. */
  readonly name: string;
  readonly photos: readonly PhotoKey[];
}

export interface TagPhotos extends Step {
  readonly kind: 'tag' | 'untag';
}
/** Gives keepers a person's tag that only their extras have. */
export interface CarryTag extends Step {
  readonly kind: 'carry-tag';
  /** The extras that each of the photos gets it from, in the order of `photos`. */
  readonly extras: readonly (readonly PhotoKey[])[];
}
export interface DeleteTag extends Step {
  readonly kind: 'delete-tag';
}
export interface CreateAlbum extends Step {
  readonly kind: 'create-album';
  readonly description: string;
}
export interface ChangeAlbum extends Step {
  readonly kind: 'add-to-album' | 'remove-from-album';
  readonly albumId: string;
}
export interface DeleteAlbum extends Step {
  readonly kind: 'delete-album';
  readonly albumId: string;
}

/** Gives photos a value (a favourite, say) or takes it off again; `changes` are in the order of `photos`. */
export interface ChangeValues extends Step {
  readonly kind: `${'put-on' | 'take-off'}-${FieldKind}`;
  readonly changes: readonly ValueChange[];
  /** Of what is carried over: the extras that each of the photos gets it from, in the order of `photos`. */
  readonly extras?: readonly (readonly PhotoKey[])[];
}

/** Who leads a stack. */
export interface LeadChange {
  readonly from: PhotoKey;
  readonly to: PhotoKey;
}

interface StackStep extends Step {
  /** For each photo, the number of the stack that it comes from and goes to. */
  readonly changes: readonly ValueChange[];
}

/** The first photo leads. Stacks of ours that the photos come from with all their members are swallowed. */
export interface CreateStack extends StackStep {
  readonly kind: 'create-stack';
  /** Number of its group. */
  readonly stack: string;
}
export interface AddToStack extends StackStep {
  readonly kind: 'add-to-stack';
  readonly stack: string;
  readonly stackId: string;
  /** Everybody in it afterwards, as far as it is ours; the first leads. */
  readonly all: readonly PhotoKey[];
  /** Null where the one that leads stays. */
  readonly lead: LeadChange | null;
}
export interface RemoveFromStack extends StackStep {
  readonly kind: 'remove-from-stack';
  readonly stack: string;
  readonly stackId: string;
  /** Comes first, because who leads cannot leave; null where that one stays. */
  readonly lead: LeadChange | null;
}
/** `photos` is the one photo that leads then; its change names the one that led before. */
export interface LeadStack extends StackStep {
  readonly kind: 'lead-stack';
  readonly stack: string;
  readonly stackId: string;
}
export interface DeleteStacks extends StackStep {
  readonly kind: 'delete-stacks';
  readonly stacks: readonly {
    readonly name: string;
    readonly stackId: string;
    readonly photos: readonly PhotoKey[];
  }[];
}

/** Puts keepers into a person's album that only their extras are in. */
export interface CarryToAlbum extends Step {
  readonly kind: 'carry-to-album';
  readonly albumId: string;
  readonly extras: readonly (readonly PhotoKey[])[];
}
export interface TakeBackFromAlbum extends Step {
  readonly kind: 'take-back-from-album';
  readonly albumId: string;
}

export type TagOperation = TagPhotos | CarryTag | DeleteTag;
export type AlbumOperation = CreateAlbum | ChangeAlbum | DeleteAlbum | CarryToAlbum | TakeBackFromAlbum;
export type ValueOperation = ChangeValues;
export type StackOperation = CreateStack | AddToStack | RemoveFromStack | LeadStack | DeleteStacks;

/** One step of a plan: what `plan --json` prints and what a run applies. */
export type Operation = TagOperation | AlbumOperation | ValueOperation | StackOperation;

/** What became of an operation, photo by photo. */
export interface Outcome {
  /** Photos that it changed: those that were as wanted before are left out. */
  readonly written: readonly PhotoKey[];
  /** Photos that the server did not take, each with its word for it. */
  readonly refused: ReadonlyMap<PhotoKey, string>;
}

/** `3 photos refused (no_permission)`; undefined when none was. */
export function refusalOf({ refused }: Outcome): string | undefined {
  if (refused.size === 0) return undefined;
  const words = [...new Set(refused.values())].sort().join(', ');
  return `Immich refused ${refused.size} ${refused.size === 1 ? 'photo' : 'photos'} (${words})`;
}

export function isTagOperation(operation: Operation): operation is TagOperation {
  return ['tag', 'untag', 'carry-tag', 'delete-tag'].includes(operation.kind);
}

export function isValueOperation(operation: Operation): operation is ValueOperation {
  return 'changes' in operation && !isStackOperation(operation);
}

export function isStackOperation(operation: Operation): operation is StackOperation {
  return stackKinds.includes(operation.kind);
}

const stackKinds: readonly string[] = [
  'create-stack',
  'add-to-stack',
  'remove-from-stack',
  'lead-stack',
  'delete-stacks',
] satisfies StackOperation['kind'][];

/** Whether it moves `updatedAt` of its photos as tags do, by which it is told when those have settled. */
export function touchesPhotos(operation: Operation): boolean {
  if (isStackOperation(operation)) return true;
  const kinds: readonly string[] = ['favorite', 'carried-favorite', 'duplicate'];
  return isValueOperation(operation) && kinds.includes(kindOfValues(operation));
}

/** The order in which operations are carried out: what touches photos comes when their tags are certain. */
export function touchingLast(operations: readonly Operation[]): Operation[] {
  const isCalm = (operation: Operation): boolean => !touchesPhotos(operation);
  return [...operations.filter(isCalm), ...operations.filter(touchesPhotos)];
}

export function kindOfValues({ kind }: ValueOperation): FieldKind {
  return kind.replace(/^(?:put-on|take-off)-/u, '') as FieldKind;
}

/** Whether an entry of the journal is about this kind of value. */
export function isOfKind(operation: string, kind: ValueKind): boolean {
  if (kind === 'stack') return stackKinds.includes(operation);
  return operation === `put-on-${kind}` || operation === `take-off-${kind}`;
}

/** The same operation on some of its photos. */
export function narrowed(operation: Operation, keep: (key: PhotoKey) => boolean): Operation {
  const photos = operation.photos.filter(keep);
  const stays = (_: unknown, at: number): boolean =>
    operation.photos[at] !== undefined && keep(operation.photos[at]);
  const extras = 'extras' in operation ? { extras: (operation.extras ?? []).filter(stays) } : {};
  if (!('changes' in operation)) return { ...operation, ...extras, photos };
  return { ...operation, ...extras, photos, changes: operation.changes.filter(stays) };
}

/** What is counted of an operation: photos, or the thing itself. */
export function sizeOf(operation: Operation): number {
  return Math.max(1, operation.photos.length);
}

/** Operations that take a label away. */
export function isRemoval({ kind }: Pick<Operation, 'kind'>): boolean {
  return isRemovalKind(kind);
}

/** The same of an entry of the journal. */
export function isRemovalKind(kind: string): boolean {
  const removals = [
    'untag',
    'remove-from-album',
    'take-back-from-album',
    'delete-album',
    'delete-tag',
    'remove-from-stack',
    'delete-stacks',
  ];
  return removals.includes(kind) || kind.startsWith('take-off-');
}

/** Photos in one request at most: the server works through them one by one while we wait (IMMICH.md, tags). */
export const batchSize = 200;

export function batches<T>(items: readonly T[], size = batchSize): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
