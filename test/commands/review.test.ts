/* What `groups --review` shows. */
import t from 'tap';
import { reviewDocument, reviewHint, reviewLines, reviewPairs } from '../../src/commands/review.js';
import {
  folderKey,
  type Group,
  type Photo,
  type PhotoId,
  type PhotoKey,
  type SourceName,
} from '../../src/model.js';
import { openIndexForReading } from '../../src/state/open-state.js';
import { agentConfig } from '../support/agent-config.js';
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
    const review = reviewPairs(index, dir, new ManualClock());
    t.same(
      review.pairs.map(({ a, b, score }) => [a.key, b.key, score]),
      [
        [onServer('b'), onServer('c'), 0.95],
        [onServer('a'), onServer('b'), 0.91],
      ],
    );
    t.match(reviewDocument(review, agentConfig(dir, {})), [
      { a: { key: onServer('b'), source: 'home' }, score: 0.95 },
      {},
    ]);
  },
);

void t.test('two videos of which more is known now are no pair any more', async (t) => {
  const { state, dir } = await tempState(t);
  const { photos } = state();
  const film = (name: string, more: Partial<Photo> = {}): Photo =>
    madePhoto(onServer(name), { media: 'video', durationMs: 12_000, ...more });
  const pairs = (): number => {
    const index = openIndexForReading(dir);
    const found = index === null ? -1 : reviewPairs(index, dir, new ManualClock()).pairs.length;
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

void t.test('what to do with a pair is said above it, what to type stands behind each photo', async (t) => {
  const { state, dir } = await tempState(t);
  const { photos } = state();
  const local = (name: string): PhotoKey => folderKey('nas', name);
  const [id, other] = ['11111111-2222-4333-8444-555555555555', '21111111-2222-4333-8444-555555555555'];
  photos.observe([
    madePhoto(onServer(id), { name: 'beach.jpg' }),
    madePhoto(local('my beach.jpg'), { source: 'nas' as SourceName, name: 'my beach.jpg', width: 800 }),
    madePhoto(onServer(other), { name: 'lake.jpg', source: 'gone' as SourceName }),
  ]);
  const numberOf = (key: PhotoKey): PhotoId => photos.get(key)?.id ?? (0 as PhotoId);
  prove(state(), [numberOf(onServer(id)), numberOf(local('my beach.jpg'))], 'likely', 0.9);
  prove(state(), [numberOf(onServer(id)), numberOf(onServer(other))], 'likely', 0.8);
  const index = openIndexForReading(dir);
  if (index === null) throw new Error('no index');
  t.teardown(() => index.close());
  const review = reviewPairs(index, dir, new ManualClock());
  const { pairs } = review;
  const config = agentConfig(dir, {
    accounts: [{ name: 'home', url: 'http://immich:2283', apiKey: 'key' }],
    folders: [{ name: 'nas', path: '/photos' }],
  });
  const lines = reviewLines(review, config, 80).join('\n').split('\n');
  t.match(lines[0], /^Pairs for you to judge/u);
  t.match(lines.join(' '), /`photo-organizer dismiss ONE OTHER`/u);
  const rows = lines.filter((line) => /\dx\d/u.test(line));
  t.match(rows[0], `0.900  4000x3000  beach.jpg  http://immich:2283/photos/${id}`);
  t.match(rows[1], /^ {10}800x3000 {13}'\/photos\/my beach\.jpg'$/u, 'fit to be pasted');
  t.ok(rows[3]?.endsWith(onServer(other)), 'the key where its account is not set up');
  t.same(
    lines.filter((line) => line.length > 80 && !rows.includes(line)),
    [],
  );
  t.match(reviewDocument(review, config), [
    { a: { assetId: id, url: /photos/u }, b: { path: '/photos/my beach.jpg' } },
    {},
  ]);
  t.same(reviewLines({ pairs: [], isCut: false }, config, 80), ['No pairs to review.']);
  t.match(reviewHint(review), /^2 more pairs look alike and are not proven: .*--review` shows them\.$/u);
  t.match(
    reviewHint({ pairs: pairs.slice(1), isCut: false }),
    /^1 more pair looks alike and is not proven: .* shows it\.$/u,
  );
  t.equal(reviewHint({ pairs: [], isCut: false }), null);
  const cut = { pairs, isCut: true };
  t.match(reviewHint(cut), /^At least 2 more pairs/u);
  t.match(reviewLines(cut, config, 80).join('\n'), /2 pairs to review; others, less alike, come/u);
});
