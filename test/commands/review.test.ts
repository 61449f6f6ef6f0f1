/* What `groups --review` shows. */
import t from 'tap';
import { reviewDocument, reviewPairs } from '../../src/commands/review.js';
import type { Group, Photo, PhotoId } from '../../src/model.js';
import { openIndexForReading } from '../../src/state/open-state.js';
import { madePhoto, onServer, sha1Of } from '../support/made-photo.js';
import { ManualClock } from '../support/manual-clock.js';
import { prove } from '../support/proofs.js';
import { tempState } from '../support/temp-state.js';

void t.test(
  'pairs that are likely and not proven, but for those that a group or a person has settled',
  async (t) => {
    const { state, dir } = await tempState(t);
    const { photos, groups, dismissals } = state();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    photos.observe(
      names.map((name, n) =>
        madePhoto(onServer(name), {
          sha1: sha1Of(n),
          ...(name === 'h' ? { presence: 'trashed' as const } : {}),
        }),
      ),
    );
    const id = (name: string): PhotoId => photos.get(onServer(name))?.id ?? (0 as PhotoId);
    const likely = (a: string, b: string, agreement: number, verdict: 'likely' | 'proven' = 'likely'): void =>
      prove(state(), [id(a), id(b)], verdict, agreement);
    likely('a', 'b', 0.91);
    likely('b', 'c', 0.95);
    likely('c', 'd', 0.94);
    likely('e', 'f', 0.97);
    likely('g', 'h', 0.99);
    likely('a', 'g', 0.99, 'proven');
    const group: Group = {
      number: 1,
      keeper: onServer('e'),
      members: [
        { key: onServer('e'), role: 'keeper', evidence: null, keptAs: null },
        { key: onServer('f'), role: 'extra', evidence: null, keptAs: onServer('e') },
      ],
    };
    groups.regroup([id('e'), id('f')], [group], new Set());
    const [c, d] = [photos.get(onServer('c')), photos.get(onServer('d'))];
    if (c === null || d === null) throw new Error('not there');
    dismissals.add([{ pair: [d, c], group: null }]);
    const index = openIndexForReading(dir);
    if (index === null) throw new Error('no index');
    t.teardown(() => index.close());
    const pairs = reviewPairs(index, dir, new ManualClock());
    t.same(
      pairs.map(({ a, b, score }) => [a.key, b.key, score]),
      [
        [onServer('b'), onServer('c'), 0.95],
        [onServer('a'), onServer('b'), 0.91],
      ],
    );
    t.match(reviewDocument(pairs), [{ a: { key: onServer('b'), source: 'home' }, score: 0.95 }, {}]);
  },
);

void t.test('two videos of which more is known now are no pair any more', async (t) => {
  const { state, dir } = await tempState(t);
  const { photos } = state();
  const film = (name: string, more: Partial<Photo> = {}): Photo =>
    madePhoto(onServer(name), { media: 'video', durationMs: 12_000, ...more });
  const pairs = (): number => {
    const index = openIndexForReading(dir);
    const found = index === null ? -1 : reviewPairs(index, dir, new ManualClock()).length;
    index?.close();
    return found;
  };
  photos.observe([film('a'), film('b')]);
  const [a, b] = [photos.get(onServer('a'))?.id, photos.get(onServer('b'))?.id];
  if (a === undefined || b === undefined) throw new Error('not in the index');
  prove(state(), [a, b], 'likely', 0.99);
  t.equal(pairs(), 1);
  photos.observe([film('a', { takenAt: 0, camera: 'x' }), film('b', { takenAt: 60_000, camera: 'x' })]);
  t.equal(pairs(), 0, 'one minute apart');
  photos.observe([film('a'), film('b', { durationMs: 14_000 })]);
  t.equal(pairs(), 0, 'of another length');
});
