/* What `groups --review` shows. */
import t from 'tap';
import { reviewDocument, reviewPairs } from '../../src/commands/review.js';
import type { Group, PhotoId } from '../../src/model.js';
import { openIndexForReading } from '../../src/state/open-state.js';
import { madePhoto, onServer, sha1Of } from '../support/made-photo.js';
import { ManualClock } from '../support/manual-clock.js';
import { tempState } from '../support/temp-state.js';

void t.test(
  'pairs that are likely and not proven, but for those that a group or a person has settled',
  async (t) => {
    const { state, dir } = await tempState(t);
    const { photos, copies, groups, dismissals } = state();
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
      copies.proved(id(a), new Uint8Array(), new Uint8Array(), [
        { b: id(b), verdict, agreement, inPlace: true },
      ]);
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
