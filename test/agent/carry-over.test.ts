/* What only extras have goes to their keeper: from pictures to the server and back. */
import t, { type Test } from 'tap';
import {
  carryOnly,
  copyOf,
  emptyStage,
  runScan,
  runUndo,
  scene,
  type AgentStage,
} from '../support/agent-stage.js';
import type { AssetSnapshot } from '../support/immich/snapshot.js';

const fields = carryOnly('favorite', 'rating', 'description', 'location');
const paris = { latitude: 48.8584, longitude: 2.2945 };

/** Two groups whose keepers have more pixels: `beach`, and `hut`. */
async function carryStage(t: Test): Promise<AgentStage> {
  const stage = await emptyStage(t);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await stage.add('beach-chat', await copyOf(1, 'smaller'));
  await stage.add('hut', await scene(3));
  await stage.add('hut-small', await copyOf(3, 'small'));
  await stage.add('road', await scene(4));
  return stage;
}

/** A person's change in the web page. */
async function byHand({ standIn, key, ids }: AgentStage, name: string, change: object): Promise<void> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const body = JSON.stringify({ ids: [ids[name]], ...change });
  const answer = await fetch(`${standIn.url}/api/assets`, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  await standIn.settled();
}

type Seen = Pick<AssetSnapshot, 'isFavorite' | 'rating' | 'description' | 'location' | 'tags'>;

function seen({ standIn, ids }: AgentStage): Record<string, Seen> {
  const { assets } = standIn.snapshot();
  return Object.fromEntries(
    Object.entries(ids).flatMap(([name, id]) => {
      const asset = assets[id];
      if (asset === undefined) return [];
      const { isFavorite, rating, description, location, tags } = asset;
      return [[name, { isFavorite, rating, description, location, tags }]];
    }),
  );
}

const writesIn = ({ standIn }: AgentStage): string[] =>
  standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'))
    .map(({ method, route }) => `${method} ${route}`);

// What is a favourite would be the keeper: here the rule is off.
const keep = ['pixels'] as const;

void t.test(
  'a keeper gets what only its extras have; the next scan writes nothing; undo takes it back',
  async (t) => {
    const stage = await carryStage(t);
    const config = stage.with({ keep });
    await byHand(stage, 'beach-small', { rating: 4, description: 'Our first day', isFavorite: true });
    await byHand(stage, 'beach-chat', paris);
    const before = seen(stage);
    const planned = await runScan(config, { settings: fields, dryRun: true });
    t.same(seen(stage), before, 'a plan writes nothing');
    const first = await runScan(config, { settings: fields });
    await stage.standIn.settled();
    t.match(first, { operations: { applied: 4, failed: 0 }, errors: [], warnings: [], notCarried: [] });
    const inOrder = (operations: readonly { kind: string }[]): unknown =>
      [...operations].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    t.same(inOrder(first.plan), inOrder(planned.plan), 'it said what it would write');
    t.match(planned.plan[0], { kind: 'put-on-carried-favorite', extras: [[/^immich:home:/u]] });
    const given = { isFavorite: true, rating: 4, description: 'Our first day', location: [48.8584, 2.2945] };
    t.match(seen(stage), { beach: given, hut: before['hut'], 'beach-small': before['beach-small'] });

    stage.standIn.requests.reset();
    const second = await runScan(config, { settings: fields });
    t.match(second, { operations: { applied: 0, failed: 0, unchanged: 4 }, plan: [] });
    t.same(writesIn(stage), []);
    t.match(stage.standIn.requests.tally(), { 'GET /assets/{id}': undefined, 'POST /search/metadata': 1 });

    stage.standIn.refreshMetadata(Object.values(stage.ids));
    await stage.standIn.settled();
    t.match(seen(stage), { beach: given }, 'the files have it');
    t.match(await runScan(config, { settings: fields }), { operations: { applied: 0 } });

    t.match(await runUndo(config, 'all'), { failed: 0, errors: [], notes: [] });
    stage.standIn.refreshMetadata(Object.values(stage.ids));
    await stage.standIn.settled();
    t.same(seen(stage), before);
  },
);
