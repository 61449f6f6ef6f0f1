import type { Clock } from '../ports.js';
import { contentIdOf, type PhotoKey } from '../model.js';
import type { IndexedPhoto } from '../store-ports.js';
import { goOnDifferently } from '../pipeline/evidence/several-frames.js';
import { areWorthReview } from '../pipeline/evidence/videos.js';
import { openJournalForReading, type IndexReader } from '../state/open-state.js';
import { count, oneLine, print } from './context.js';

/** Two photos that may be copies of one picture, which nothing proves. */
export interface ReviewPair {
  readonly a: IndexedPhoto;
  readonly b: IndexedPhoto;
  /** How well they agree, 0 to 1. */
  readonly score: number;
}

/** More are not looked through by a person. */
const mostPairs = 1_000;

/** Pairs for a person to judge, the likeliest first; not those that were dismissed. */
export function reviewPairs(index: IndexReader, stateDir: string, clock: Clock): readonly ReviewPair[] {
  const dismissed = dismissedPairs(stateDir, clock);
  return index.copies.likely(mostPairs).flatMap(({ a, b, agreement }) => {
    const [first, second] = [index.photos.byId(a), index.photos.byId(b)];
    if (first === null || second === null || dismissed.has(pairName(first, second))) return [];
    // When they were taken, or how long they run, may have become known since.
    if (first.media === 'video' ? !areWorthReview(first, second) : goOnDifferently(first, second)) return [];
    return [{ a: first, b: second, score: Math.min(0.99, Math.max(0, Math.round(agreement * 1000) / 1000)) }];
  });
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
export function reviewDocument(pairs: readonly ReviewPair[]): unknown {
  const side = ({ key, source, name }: IndexedPhoto): unknown => ({ key, source, name });
  return pairs.map(({ a, b, score }) => ({ a: side(a), b: side(b), score }));
}

export function printReview(pairs: readonly ReviewPair[]): void {
  if (pairs.length === 0) {
    print('No pairs to review: what looks alike is proven, or was dismissed.');
    return;
  }
  const rows = pairs.map(({ a, b, score }) => [score.toFixed(3), textOf(a), textOf(b)] as const);
  const width = Math.min(60, Math.max(...rows.map(([, a]) => a.length)));
  for (const [score, a, b] of rows) print(`  ${score}  ${a.padEnd(width)}  ${b}`);
  print(`${count(pairs.length, 'pair')} to review: they look alike, nothing proves them, no label says so.`);
  print('Not a duplicate? `photo-organizer dismiss KEY KEY`; `groups --review --json` has the keys.');
}

function textOf({ name, width, height }: IndexedPhoto): string {
  return oneLine(name) + (width === null ? '' : ` ${width}x${height ?? 0}`);
}
