import type { Clock } from '../ports.js';
import type { Config } from '../config.js';
import { contentIdOf, parseKey, type PhotoKey } from '../model.js';
import type { IndexedPhoto } from '../store-ports.js';
import { goOnDifferently } from '../pipeline/evidence/several-frames.js';
import { areWorthReview } from '../pipeline/evidence/videos.js';
import { openJournalForReading, type IndexReader } from '../state/open-state.js';
import { count, oneLine, print } from './context.js';
import { openableOf, placeOf, quoted } from './place.js';
import { screenWidth, wrap } from './wrap.js';

/** Two photos that may be copies of one picture, which nothing proves. */
export interface ReviewPair {
  readonly a: IndexedPhoto;
  readonly b: IndexedPhoto;
  /** How well they agree, 0 to 1. */
  readonly score: number;
}

/** More are not looked through by a person. */
export const mostPairs = 1_000;

/** What there is to judge. */
export interface Review {
  readonly pairs: readonly ReviewPair[];
  /** Those that are less alike were left out. */
  readonly isCut: boolean;
}

/** Pairs for a person to judge, the likeliest first; not those that were dismissed. */
export function reviewPairs(index: IndexReader, stateDir: string, clock: Clock): Review {
  const dismissed = dismissedPairs(stateDir, clock);
  const likely = index.copies.likely(mostPairs);
  const pairs = likely.flatMap(({ a, b, agreement }) => {
    const [first, second] = [index.photos.byId(a), index.photos.byId(b)];
    if (first === null || second === null || dismissed.has(pairName(first, second))) return [];
    // When they were taken, or how long they run, may have become known since.
    if (first.media === 'video' ? !areWorthReview(first, second) : goOnDifferently(first, second)) return [];
    return [{ a: first, b: second, score: Math.min(0.99, Math.max(0, Math.round(agreement * 1000) / 1000)) }];
  });
  return { pairs, isCut: likely.length === mostPairs };
}

function dismissedPairs(stateDir: string, clock: Clock): ReadonlySet<string> {
  const journal = openJournalForReading(stateDir, clock);
  const pairs = journal?.dismissals.standing().map(({ pair: [a, b] }) => pairName(a, b)) ?? [];
  journal?.close();
  return new Set(pairs);
}

function pairName(
  a: { readonly key: PhotoKey; readonly sha1: string | null },
  b: { readonly key: PhotoKey; readonly sha1: string | null },
): string {
  return [contentIdOf(a), contentIdOf(b)].sort().join('\n');
}

/** The stable shape of `review` in `groups --review --json`: fields may be added, never renamed. */
export function reviewDocument({ pairs }: Review, config: Config): unknown {
  const side = (photo: IndexedPhoto): unknown => {
    const { key, source, name } = photo;
    return { key, source, name, ...placeOf(photo, config) };
  };
  return pairs.map(({ a, b, score }) => ({ a: side(a), b: side(b), score }));
}

const heading =
  'Pairs for you to judge, the likeliest first: they look alike, but nothing proves that one is a copy of the other, so none is labelled. Look at both.';
const whatToDo =
  'No copies? `photo-organizer dismiss ONE OTHER`, each as it stands at the end of its line: the pair is not shown again. Copies? Delete the one that you do not want, in Immich or in its folder.';

export function printReview(review: Review, config: Config): void {
  // Below the groups.
  print('');
  for (const line of reviewLines(review, config, screenWidth())) print(line);
}

/** That there are pairs to review, for whoever did not ask for them; null when there are none. */
export function reviewHint({ pairs, isCut }: Review): string | null {
  if (pairs.length === 0) return null;
  const look = pairs.length === 1 ? 'looks alike and is' : 'look alike and are';
  return `${isCut ? 'At least ' : ''}${count(pairs.length, 'more pair')} ${look} not proven: \`photo-organizer groups --review\` shows ${pairs.length === 1 ? 'it' : 'them'}.`;
}

/** For people: how well a pair agrees, then each photo with what opens it and what `dismiss` takes. */
export function reviewLines({ pairs, isCut }: Review, config: Config, width: number): string[] {
  if (pairs.length === 0) return ['No pairs to review.'];
  const photos = pairs.flatMap(({ a, b }) => [a, b]);
  const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
  const [sizes, names] = [longest(photos.map(sizeOf)), longest(photos.map(nameBeside))];
  const row = (begin: string, photo: IndexedPhoto): string => {
    const name = nameBeside(photo).padEnd(Math.min(names, mostOfName));
    const facts = [begin, sizeOf(photo).padStart(sizes), ...(names === 0 ? [] : [name])];
    return `  ${[...facts, quoted(openableOf(photo, config))].join('  ')}`;
  };
  const rows = pairs.flatMap(({ a, b, score }) => [row(score.toFixed(3), a), row('     ', b)]);
  return [
    wrap(heading, width, 0),
    ...rows,
    `${count(pairs.length, 'pair')} to review${isCut ? '; others, less alike, come when these are judged' : ''}.`,
    wrap(whatToDo, width, 0),
  ];
}

/** Longer names move the rest of their line. */
const mostOfName = 40;

/** A local photo's path ends with its name. */
function nameBeside({ key, name }: IndexedPhoto): string {
  return parseKey(key)?.kind === 'immich' ? oneLine(name) : '';
}

function sizeOf({ width, height }: IndexedPhoto): string {
  return width === null ? '' : `${width}x${height ?? 0}`;
}
