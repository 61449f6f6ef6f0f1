import t from 'tap';
import type { SourceName } from '../../src/model.js';
import { preferenceFor } from '../../src/sources/preferred-places.js';
import { copyOf, emptyStage, runScan, scene, tagOnly } from '../support/agent-stage.js';

const home = 'home' as SourceName;
const nas = 'nas' as SourceName;

void t.test('places are names of sources or patterns of paths, the first the most preferred', (t) => {
  const preferenceOf = preferenceFor(['/photos/originals/**', 'nas', '/photos/**/*.tif']);
  t.equal(preferenceOf(home, '/photos/originals/2024/.a/b.jpg'), 3);
  t.equal(preferenceOf(nas, '/photos/originals/b.jpg'), 3, 'the best that it fits');
  t.equal(preferenceOf(nas, '/elsewhere/b.jpg'), 2);
  t.equal(preferenceOf(home, '/photos/x/b.tif'), 1);
  t.equal(preferenceOf(home, '/photos/x/b.jpg'), 0);
  t.equal(preferenceOf(home, null), 0);
  t.equal(preferenceFor([])(home, '/a'), 0);
  t.end();
});

void t.test(
  'the photo of a preferred folder of the server is kept, and another one once the config says so',
  async (t) => {
    const stage = await emptyStage(t);
    const { standIn, anna } = stage;
    await stage.add('first', await scene(1));
    const originals = standIn.addLibrary(anna, { readOnly: false });
    await stage.add('original', await copyOf(1, 'messenger'), { libraryId: originals });
    const keep = ['preferred', 'larger', 'older'] as const;
    await runScan(stage.with({ keep }), { settings: tagOnly });
    t.same(Object.keys(await stage.tags()), ['original'], 'the larger one is kept');
    const prefer = ['/libraries/1/**'];
    await runScan(stage.with({ keep, prefer }), { settings: tagOnly, allowRemovals: true });
    t.same(Object.keys(await stage.tags()), ['first']);
  },
);
