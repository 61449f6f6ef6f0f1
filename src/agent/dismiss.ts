import { FatalError, exitCodes } from '../errors.js';
import { contentIdOf, type Content, type Group, type PhotoKey } from '../model.js';
import type { Dismissal, DismissedPhoto } from '../store-ports.js';
import { findNamed, groupNumberOf, groupOf, keysNamed, noSuchPhoto, type NameBook } from './named-photos.js';
import type { Parts } from './parts.js';

/** "Not a duplicate", said or taken back; plain, so that it can be handed to a running agent. */
export type DismissRequest =
  | { readonly action: 'dismiss'; readonly what: readonly string[] }
  | { readonly action: 'forget'; readonly what: readonly string[] | 'all' };

/** What `dismiss --json` prints: fields may be added, never renamed. */
export interface DismissResult {
  readonly action: DismissRequest['action'];
  /** Pairs that are dismissed now and were not before; or the other way round. */
  readonly pairs: number;
  /** Pairs that were as wanted before. */
  readonly already: number;
  /** All pairs that are dismissed now. */
  readonly standing: number;
  /** The photos that were named, each list one in which every pair counts. */
  readonly photos: readonly (readonly { readonly key: PhotoKey; readonly name: string }[])[];
  /** True when the groups are up to date already; else the next scan sees to it. */
  readonly regrouped: boolean;
  /** Why labels will not follow by themselves; null when they will. */
  readonly labelsPaused: string | null;
}

/** All pairs of the members of a group. */
export function pairsAmong(
  { photos }: Pick<Parts['state'], 'photos'>,
  { members, number }: Group,
): Pick<Dismissal, 'pair' | 'group'>[] {
  const known = members.flatMap(({ key }) => photos.get(key) ?? []).map(asKnown);
  return distinct(pairsOf(known)).map((pair) => ({ pair, group: number }));
}

/** Of more photos the pairs are too many to be what a person looked at. */
const mostAtOnce = 500;

/**
 * Remembers pairs as no duplicates, or takes that back. All pairs of the photos that are named; of a group, all pairs of its
 * members: its extras are mostly proven against each other too, and would be the next group. Throws `NO_SUCH_GROUP`,
 * `NO_SUCH_PHOTO`, `USAGE`. `relabel` is told whose labels may have to change. Safe to repeat.
 */
export async function dismissHere(
  parts: Pick<Parts, 'config' | 'state' | 'labelling'>,
  request: DismissRequest,
  relabel: (keys: readonly PhotoKey[]) => void = () => undefined,
): Promise<DismissResult> {
  const { dismissals, journal } = parts.state;
  const done = request.action === 'dismiss' ? dismiss(parts, request.what) : forget(parts, request.what);
  await journal.backUp();
  const regrouped = parts.labelling.rulesStand;
  relabel(regrouped ? await parts.labelling.group() : []);
  return {
    action: request.action,
    ...done,
    standing: dismissals.standing().length,
    regrouped,
    labelsPaused: journal.hold('labels'),
  };
}

type Done = Pick<DismissResult, 'pairs' | 'already' | 'photos'>;

function dismiss(book: Pick<Parts, 'config' | 'state'>, what: readonly string[]): Done {
  const { state } = book;
  const sets = setsNamed(book, what);
  for (const photos of sets) requireFew(photos);
  const pairs = distinct(sets.flatMap(pairsOf)).map((pair) => ({ pair, group: commonGroup(state, pair) }));
  const added = state.dismissals.add(pairs);
  return { pairs: added, already: pairs.length - added, photos: sets.map(shown) };
}

function setsNamed(book: NameBook, what: readonly string[]): (readonly DismissedPhoto[])[] {
  const named = findNamed(book, what);
  if (named.kind === 'photos') {
    const photos = [...new Map(named.photos.map((photo) => [photo.key, photo])).values()];
    if (photos.length < 2)
      throw new FatalError('USAGE', 'dismiss: name a group, or two photos or more', exitCodes.usage);
    return [photos];
  }
  return named.groups.map(({ members }) =>
    members.flatMap(({ key }) => book.state.photos.get(key) ?? []).map(asKnown),
  );
}

function asKnown({ key, sha1, name }: DismissedPhoto): DismissedPhoto {
  return { key, sha1, name };
}

function requireFew(photos: readonly DismissedPhoto[]): void {
  if (photos.length <= mostAtOnce) return;
  const text = `${photos.length} photos are too many to dismiss at once: ${mostAtOnce} at most`;
  throw new FatalError('USAGE', text, exitCodes.usage);
}

function pairsOf<T>(photos: readonly T[]): (readonly [T, T])[] {
  return photos.flatMap((a, i) => photos.slice(i + 1).map((b) => [a, b] as const));
}

/** Pairs of the same two contents count once. */
function distinct(pairs: readonly Dismissal['pair'][]): Dismissal['pair'][] {
  const idOf = (pair: Dismissal['pair']): string => pair.map(contentIdOf).sort().join(' ');
  return [...new Map(pairs.map((pair) => [idOf(pair), pair])).values()];
}

function commonGroup({ photos, groups }: Parts['state'], [a, b]: Dismissal['pair']): number | null {
  const numberOf = ({ key }: DismissedPhoto): number | null => {
    const photo = photos.get(key);
    return photo === null ? null : (groups.groupOf(photo.id)?.number ?? null);
  };
  const number = numberOf(a);
  return number !== null && number === numberOf(b) ? number : null;
}

function forget(book: Pick<Parts, 'config' | 'state'>, what: readonly string[] | 'all'): Done {
  const { dismissals } = book.state;
  const standing = dismissals.standing();
  const those = what === 'all' ? standing : standing.filter(isNamed(book, what, standing));
  const pairs = dismissals.forget(those);
  return { pairs, already: those.length - pairs, photos: those.map(({ pair }) => shown(pair)) };
}

/**
 * Photos that are gone can still be named, by the key that `--list` shows; groups by the number that they had. Throws
 * `NO_SUCH_GROUP` and `NO_SUCH_PHOTO` for what is known neither now nor from what was dismissed.
 */
function isNamed(
  book: NameBook,
  what: readonly string[],
  standing: readonly Dismissal[],
): (dismissal: Dismissal) => boolean {
  const { config, state } = book;
  const numbers = what.flatMap((word) => groupNumberOf(word, config) ?? []);
  if (numbers.length > 0 && numbers.length < what.length)
    throw new FatalError('USAGE', 'Name groups or photos, not both at once', exitCodes.usage);
  for (const number of numbers) if (!standing.some(({ group }) => group === number)) groupOf(book, number);
  if (numbers.length > 0) return ({ group }) => group !== null && numbers.includes(group);
  if (what.length < 2)
    throw new FatalError('USAGE', 'dismiss --forget: name a group, or two photos or more', exitCodes.usage);
  const words = what.map((word) =>
    keysNamed(book, word).map((key): Content => state.photos.get(key) ?? { key, sha1: null }),
  );
  const dismissed = standing.flatMap(({ pair }) => pair);
  words.forEach((contents, at) => {
    const isKnown = contents.some(
      (content) =>
        state.photos.get(content.key) !== null || dismissed.some((photo) => isSame(content, photo)),
    );
    if (!isKnown) throw noSuchPhoto(what[at] ?? '');
  });
  const namesAt = (photo: DismissedPhoto): number[] =>
    words.flatMap((contents, at) => (contents.some((content) => isSame(content, photo)) ? [at] : []));
  return ({ pair: [a, b] }) => namesAt(a).some((at) => namesAt(b).some((other) => other !== at));
}

/** By the key as well: what was said of bytes that its file had before is meant, too. */
function isSame(now: Content, then: Content): boolean {
  return now.key === then.key || (now.sha1 !== null && now.sha1 === then.sha1);
}

function shown(photos: readonly DismissedPhoto[]): DismissResult['photos'][number] {
  return photos.map(({ key, name }) => ({ key, name }));
}
