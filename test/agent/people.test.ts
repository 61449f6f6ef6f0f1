/* Several people on one server: accounts of ours, a partner who is none, an album that they share. */
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.js';
import type { ValueKind } from '../../src/label-ports.js';
import type { LabelSettings } from '../../src/sync/desired.js';
import {
  copyOf,
  emptyStage,
  runScan,
  runUndo,
  scene,
  tagsAndAlbums,
  valuesOnly,
  type AgentStage,
} from '../support/agent-stage.js';
import type { AssetSnapshot } from '../support/immich/snapshot.js';
import type { VersionName } from '../support/immich/version.js';

const withValues = (...kinds: readonly ValueKind[]): LabelSettings => ({
  ...valuesOnly(...kinds),
  tag: tagsAndAlbums.tag,
  albums: tagsAndAlbums.albums,
});

interface People extends AgentStage {
  readonly both: Config;
  readonly ben: { id: string };
  readonly cleo: { id: string };
}

/** Anna and Ben are accounts and partners of each other; Cleo is a partner of Anna alone. All have copies of one picture. */
async function people(t: Test, version: VersionName): Promise<People> {
  const stage = await emptyStage(t, { version });
  const { standIn, anna } = stage;
  const [ben, cleo] = [standIn.addUser('Ben'), standIn.addUser('Cleo')];
  for (const [from, to] of [
    [anna, ben],
    [ben, anna],
    [cleo, anna],
  ] as const)
    standIn.sharePartner(from, to, { inTimeline: true });
  await stage.add('anna-beach', await scene(1));
  await stage.add('anna-chat', await copyOf(1, 'messenger'));
  await stage.add('ben-beach', await copyOf(1, 'small'), {}, ben);
  await stage.add('ben-small', await copyOf(1, 'smaller'), {}, ben);
  await stage.add('cleo-beach', await scene(1), {}, cleo);
  await stage.add('cleo-small', await copyOf(1, 'small'), {}, cleo);
  await stage.add('ben-lake', await scene(2), {}, ben);
  await stage.add('cleo-lake', await copyOf(2, 'messenger'), {}, cleo);
  const accounts = [
    { url: standIn.url, apiKey: stage.key, name: 'anna' },
    { url: standIn.url, apiKey: standIn.addKey(ben, ['all']), name: 'ben', server: 'anna' },
  ];
  return { ...stage, ben, cleo, both: stage.with({ accounts }) };
}

/** Photos of one person, as if no sidecar had ever been written. */
function photosOf({ standIn }: AgentStage, owner: string): [string, AssetSnapshot][] {
  const assets = Object.entries(standIn.snapshot().assets);
  return assets
    .filter(([id]) => standIn.ownerOf(id) === owner)
    .map(([id, asset]) => [id, { ...asset, sidecarTags: null }]);
}

/** Photos named in requests that write, other than those of whoever's key the request came with. */
function foreignWrites({ standIn }: AgentStage): string[] {
  return standIn.requests.all().flatMap(({ method, route, body, user, url }) => {
    if (method === 'GET' || route.startsWith('/search/')) return [];
    const {
      ids = [],
      assetIds = [],
      items = [],
    } = (body ?? {}) as {
      ids?: string[];
      assetIds?: string[];
      items?: { assetId: string }[];
    };
    const { assets } = standIn.snapshot();
    const named = [...ids, ...assetIds, ...items.map(({ assetId }) => assetId)].filter((id) => id in assets);
    return named
      .filter((id) => standIn.ownerOf(id) !== user)
      .map((id) => `${method} ${url} by ${String(user)}: ${standIn.ownerOf(id)}`);
  });
}

for (const version of ['1.137.0', '2.7.5', '3.1.0'] as const)
  for (const last of ['stack', 'duplicate'] as const)
    void t.test(
      `${version}: each label with its owner's key, a partner's photos left alone (${last})`,
      async (t) => {
        const stage = await people(t, version);
        const before = stage.standIn.snapshot();
        const cleos = photosOf(stage, 'Cleo');
        const kinds: readonly ValueKind[] =
          version === '1.137.0' ? ['favorite', last] : ['favorite', 'scores', last];
        const settings = withValues(...kinds);
        t.match(await runScan(stage.both, { settings }), { listed: 8, failed: 0, errors: [], warnings: [] });
        t.same(await stage.tags(), {
          'anna-chat': ['possible-duplicate'],
          'ben-small': ['possible-duplicate'],
        });
        t.same(stage.standIn.snapshot().tags, ['Anna: possible-duplicate', 'Ben: possible-duplicate']);
        t.same(stage.favorites(), ['anna-beach', 'ben-beach']);
        const albums = Object.values(stage.standIn.snapshot().albums).map(({ assetIds }) => assetIds);
        t.equal(albums.length, 2, 'an album for each of them');
        for (const ids of albums) t.equal(new Set(ids.map((id) => stage.standIn.ownerOf(id))).size, 1);
        const field = last === 'stack' ? 'stackId' : 'duplicateId';
        const { assets } = stage.standIn.snapshot();
        const valueOf = (name: string): string | null => assets[stage.id(name)]?.[field] ?? null;
        t.type(valueOf('anna-beach'), 'string');
        t.equal(valueOf('anna-beach'), valueOf('anna-chat'));
        t.type(valueOf('ben-beach'), 'string');
        t.equal(valueOf('ben-beach'), valueOf('ben-small'));
        t.not(valueOf('anna-beach'), valueOf('ben-beach'));
        t.equal(valueOf('ben-lake'), null, 'the only copy of Ben, whatever Cleo has');
        t.same(photosOf(stage, 'Cleo'), cleos, 'nothing of Cleo was touched');
        t.same(foreignWrites(stage), []);
        await runScan(stage.both, { settings });
        t.match(await runScan(stage.both, { settings }), { downloads: 0, operations: { applied: 0 } });
        t.match(await runUndo(stage.both, 'all'), { failed: 0, errors: [], notes: [] });
        await stage.standIn.settled();
        const after = stage.standIn.snapshot();
        t.same({ albums: after.albums, tags: after.tags }, { albums: before.albums, tags: before.tags });
        for (const name of ['Anna', 'Ben', 'Cleo'])
          for (const [id, asset] of photosOf(stage, name))
            t.same(asset, { ...before.assets[id], sidecarTags: null });
        t.same(foreignWrites(stage), []);
      },
    );

for (const version of ['1.137.0', '2.7.5', '3.1.0'] as const) {
  void t.test(
    `${version}: an album that they share is read, and nobody's photos are put into it`,
    async (t) => {
      const stage = await people(t, version);
      const { standIn, anna, ben } = stage;
      const shared = ['anna-chat', 'ben-small', 'cleo-lake'];
      const trip = standIn.addAlbum(
        ben,
        'Trip',
        shared.map((name) => stage.id(name)),
        [anna],
      );
      const narrowed = await runScan(stage.both, { album: 'Trip', settings: tagsAndAlbums });
      t.match(narrowed, { errors: [], warnings: [] });
      await runScan(stage.both, { settings: tagsAndAlbums });
      t.same(
        await stage.tags(),
        {
          'anna-beach': ['possible-duplicate'],
          'ben-beach': ['possible-duplicate'],
        },
        'what lies in an album of a person is worth keeping',
      );
      t.same(standIn.snapshot().albums[trip]?.assetIds, shared.map((name) => stage.id(name)).sort());
      const ours = Object.entries(standIn.snapshot().albums).filter(([id]) => id !== trip);
      t.equal(ours.length, 2);
      for (const [, { assetIds }] of ours)
        t.equal(new Set(assetIds.map((id) => standIn.ownerOf(id))).size, 1);
      t.same(foreignWrites(stage), []);
      t.match(await runUndo(stage.both, 'all'), { failed: 0, errors: [] });
      t.same(Object.keys(standIn.snapshot().albums), [trip]);
      t.same(standIn.snapshot().albums[trip]?.assetIds, shared.map((name) => stage.id(name)).sort());
    },
  );

  void t.test(
    `${version}: a photo that Ben put into our album of Anna stays, and so does the album`,
    async (t) => {
      const stage = await people(t, version);
      const { standIn, ben } = stage;
      await runScan(stage.config, { settings: tagsAndAlbums });
      const [id = '', album] = Object.entries(standIn.snapshot().albums)[0] ?? [];
      t.same(album?.assetIds, [stage.id('anna-beach'), stage.id('anna-chat')].sort());
      standIn.joinAlbum(id, ben, [stage.id('ben-lake')]);
      await runScan(stage.config, { settings: tagsAndAlbums });
      t.ok(standIn.snapshot().albums[id]?.assetIds.includes(stage.id('ben-lake')));
      await runUndo(stage.config, 'all');
      t.same(standIn.snapshot().albums[id]?.assetIds, [stage.id('ben-lake')]);
    },
  );
}
