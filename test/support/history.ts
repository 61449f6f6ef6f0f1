import fc from 'fast-check';
import type { LabelSettings } from '../../src/sync/desired.js';
import { tagOnly, valuesOnly } from './agent-stage.js';

/** Everything that a scan may write, in sets that go together. */
export const labelSets = {
  tags: tagOnly,
  'tags of all, albums': {
    tag: { name: 'possible-duplicate', scope: 'all' },
    albums: { prefix: 'Similar-' },
  },
  'tags, favourites, pages, scores': {
    ...valuesOnly('favorite', 'duplicate', 'scores'),
    tag: tagOnly.tag,
  },
  'albums, stacks, scores': { ...valuesOnly('stack', 'scores'), albums: { prefix: 'Similar-' } },
} as const satisfies Record<string, LabelSettings>;
export type LabelSet = keyof typeof labelSets;

export const manners = ['as it is', 'messenger', 'small', 'mirrored', 'smaller'] as const;

/** Numbers mean one of the photos that are there by then. */
export type Step =
  | { readonly do: 'upload'; readonly scene: number; readonly how: (typeof manners)[number] }
  | { readonly do: 'trash' | 'restore' | 'delete' | 'heart' | 'album' | 'dismiss'; readonly photo: number }
  | { readonly do: 'exchange'; readonly photo: number; readonly scene: number }
  | { readonly do: 'tag'; readonly photo: number; readonly tag: string }
  | { readonly do: 'stack'; readonly photo: number; readonly other: number }
  | { readonly do: 'scan'; readonly labels: LabelSet }
  | {
      readonly do: 'die';
      readonly labels: LabelSet;
      readonly nth: number;
      readonly when: 'before' | 'after';
    }
  | { readonly do: 'undo'; readonly what: 'all' | 'last' }
  | { readonly do: 'forget dismissals' | 'lose the index' | 'refresh metadata' };

const photo = fc.nat({ max: 11 });
const scene = fc.integer({ min: 1, max: 4 });
const labels = fc.constantFrom(...(Object.keys(labelSets) as LabelSet[]));
const upload = fc.record({ do: fc.constant('upload' as const), scene, how: fc.constantFrom(...manners) });
const scan = fc.record({ do: fc.constant('scan' as const), labels });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: upload },
  { weight: 4, arbitrary: scan },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'trash' as const,
        'restore' as const,
        'delete' as const,
        'heart' as const,
        'album' as const,
      ),
      photo,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('dismiss' as const), photo }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('exchange' as const), photo, scene }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('tag' as const),
      photo,
      tag: fc.constantFrom('holiday', 'possible-duplicate'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stack' as const), photo, other: photo }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('die' as const), labels, nth: fc.integer({ min: 3, max: 24 }) },
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('undo' as const),
      what: fc.constantFrom('all' as const, 'last' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'forget dismissals' as const,
        'lose the index' as const,
        'refresh metadata' as const,
      ),
    }),
  },
);

/** A library with some copies in it, labelled once; then what may happen to it. */
const history: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(upload, { minLength: 3, maxLength: 6 }),
    scan,
    fc.array(step, { minLength: 2, maxLength: 6 }),
    scan,
  )
  .map(([uploads, first, steps, last]) => [...uploads, first, ...steps, last]);

/** The same ones for the same seed. */
export function histories(count: number, seed: number): (readonly Step[])[] {
  return fc.sample(history, { numRuns: count, seed });
}

/** One line, to find what went wrong by. */
export function told(steps: readonly Step[]): string {
  return steps.map((one) => Object.values(one).join(' ')).join('; ');
}
