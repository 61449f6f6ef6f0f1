import type { OwnLabel } from '../label-ports.js';
import type { Group, PhotoKey } from '../model.js';
import type { RefusedWrite } from '../store-ports.js';
import type { AlbumPlan } from './albums/album-sync.js';
import type { Desired } from './apply.js';
import { notCarriedOf, type CarriedPlan } from './carry/carried.js';
import type { DesiredLabels } from './desired.js';
import { isRemoval, isRemovalKind, type Operation } from './operation.js';
import { restingNotes } from './resting.js';
import type { StacksPlan } from './stacks/stack-sync.js';
import type { TagPlan } from './tags/tag-plan.js';
import type { NotCarried } from './values/value-kind.js';
import { wantedOf, type FieldPlans } from './value-labels.js';

/** What is planned for one account, of all kinds of label. */
export interface AccountPlan {
  readonly groups: readonly Group[];
  readonly desired: DesiredLabels;
  readonly tag: TagPlan | null;
  readonly albums: AlbumPlan | null;
  readonly fields: FieldPlans;
  readonly stacks: StacksPlan | null;
  readonly carried: CarriedPlan;
  /** Why some kinds could not even be looked at. */
  readonly unable: readonly string[];
  readonly operations: readonly Operation[];
  /** What is left out of them, because Immich refuses it. */
  readonly resting: readonly RefusedWrite[];
}

export function desiredOf({ desired, fields, stacks, carried }: AccountPlan): Desired {
  return { ...desired, values: wantedOf(fields, stacks), carried: carried.signatures };
}

export function refusedIn({ tag, fields, carried }: AccountPlan): number {
  const refused = [...fields.values()].reduce((sum, plan) => sum + plan.refused.length, 0);
  return (tag?.refused.length ?? 0) + refused + (carried.tags?.refused.length ?? 0);
}

/** Photos that something is carried over to when something else has settled. */
export function waitingIn({ fields, carried }: AccountPlan): PhotoKey[] {
  return [...[...fields.values()].flatMap(({ waiting }) => waiting), ...(carried.tags?.waiting ?? [])];
}

export function notesOf({ stacks, resting }: AccountPlan): string[] {
  return [...(stacks?.notes ?? []), ...restingNotes(resting)];
}

export function notCarriedIn({ fields, carried }: AccountPlan): NotCarried[] {
  return [...[...fields.values()].flatMap(({ notCarried }) => notCarried), ...notCarriedOf(carried)];
}

/** Labels that are as they should be. */
export function unchangedOf(plan: AccountPlan): number {
  const { desired, operations, resting, tag, fields, stacks } = plan;
  const apart = [...fields.values()].reduce(
    (sum, { left, refused }) => sum + left.length + refused.length,
    0,
  );
  const all = [...wantedOf(fields, stacks).values()].reduce((sum, photos) => sum + photos.size, 0);
  const waits = [...fields.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  const given = all - apart - waits;
  const inAlbums = desired.albums.reduce((sum, album) => sum + album.photos.length, 0);
  const wanted = (tag === null ? 0 : desired.tagged.size) + inAlbums + given;
  const added = operations.filter((operation) => !isRemoval(operation));
  const adding = added
    .filter(({ kind }) => kind !== 'carry-tag' && kind !== 'carry-to-album')
    .reduce((sum, operation) => sum + operation.photos.length, 0);
  const refused = resting.filter(({ kind }) => !isRemovalKind(kind)).length;
  const notNow = refused + (tag?.refused.length ?? 0) + (tag?.waiting.length ?? 0) + takenOffIn(plan);
  return Math.max(0, wanted - adding - notNow);
}

/** Tags and places in albums that would be written, had a person not taken them off. */
export function takenOffIn({ tag, albums }: Pick<AccountPlan, 'tag' | 'albums'>): number {
  return (tag?.left.length ?? 0) + (albums?.left ?? 0);
}

/** Tags of ours that the plan saw to be gone. */
export function gone({ observed, forgotten }: TagPlan): OwnLabel[] {
  return [...forgotten, ...observed.filter(({ state }) => state === 'by-hand')];
}
