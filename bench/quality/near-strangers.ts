import type { Method } from './method.js';
import { nearStrangerKinds, nearStrangers, photosOfPair } from './near-strangers/kinds.js';
import type { BenchPhoto, Half } from './photos.js';
import { columnsOf } from './recall.js';
import { Tally } from './tally.js';

/** Pairs of a kind, of both halves together. */
const mostPairs = 40;
/** The row of all kinds together. */
const together = 'all of them';

/** How many of the pairs that are no copies were called duplicates, by kind and column heading. */
export type NearStrangerTallies = ReadonlyMap<string, ReadonlyMap<string, Tally>>;

/**
 * Makes pairs of pictures that share most of what they show, at most 40 and at most `limit` of each kind, half of them from
 * photos of each half, and asks every method. Nothing is kept. Says on stderr which kind it is at.
 * Throws when there are too few ordinary photos, or a method cannot read what was made.
 */
export async function measureNearStrangers(
  photos: readonly BenchPhoto[],
  methods: readonly Method<unknown>[],
  limit: number,
): Promise<NearStrangerTallies> {
  const headings = columnsOf(methods).map(({ heading }) => heading);
  const names = [together, ...Object.keys(nearStrangerKinds)];
  const tallies = new Map(
    names.map((name) => [name, new Map(headings.map((heading) => [heading, new Tally()]))]),
  );
  const sources = sourcesOf(photos, Math.min(mostPairs, limit));
  for (const kind of Object.keys(nearStrangerKinds)) {
    console.error(`near strangers: ${kind}`);
    for (const source of sources) {
      const pair = await nearStrangers(kind, source.photos);
      for (const method of methods) {
        const [a, b] = [await method.prepare(pair[0]), await method.prepare(pair[1])];
        const found = method.compare(a, b);
        method.columns.forEach((heading, bound) => {
          for (const name of [together, kind])
            tallies
              .get(name)
              ?.get(heading)
              ?.add(found !== null && found <= bound, source);
        });
      }
    }
  }
  return tallies;
}

/** The photos of one pair; all of one half. */
interface Source {
  readonly half: Half;
  readonly photos: readonly BenchPhoto[];
}

/** Each ordinary photo is in as few pairs of a kind as can be. */
function sourcesOf(photos: readonly BenchPhoto[], pairs: number): Source[] {
  return (['tune', 'held-out'] as const).flatMap((half) => {
    const own = photos.filter((photo) => photo.kind === 'general' && photo.half === half);
    if (own.length < photosOfPair) throw new Error(`fewer than ${photosOfPair} general photos are ${half}`);
    return Array.from({ length: Math.ceil(pairs / 2) }, (_, pair) => ({
      half,
      photos: Array.from(
        { length: photosOfPair },
        (_, n) => own[(pair * photosOfPair + n) % own.length],
      ).filter((photo) => photo !== undefined),
    }));
  });
}
