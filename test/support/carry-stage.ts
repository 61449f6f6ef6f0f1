import type { Test } from 'tap';
import { copyOf, emptyStage, scene, type AgentStage } from './agent-stage.js';
import type { AssetSnapshot } from './immich/snapshot.js';
import type { StandInOptions } from './immich/stand-in.js';

export const paris = { latitude: 48.8584, longitude: 2.2945 };

/** Two groups whose keepers have more pixels: `beach`, and `hut`. */
export async function carryStage(t: Test, options: StandInOptions = {}): Promise<AgentStage> {
  const stage = await emptyStage(t, options);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await stage.add('beach-chat', await copyOf(1, 'smaller'));
  await stage.add('hut', await scene(3));
  await stage.add('hut-small', await copyOf(3, 'small'));
  await stage.add('road', await scene(4));
  return stage;
}

/** A person's change in the web page. */
export async function byHand(
  { standIn, key, ids }: Pick<AgentStage, 'standIn' | 'key' | 'ids'>,
  name: string,
  change: object,
): Promise<void> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const body = JSON.stringify({ ids: [ids[name]], ...change });
  const answer = await fetch(`${standIn.url}/api/assets`, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  await standIn.settled();
}

type Seen = Pick<AssetSnapshot, 'isFavorite' | 'rating' | 'description' | 'location' | 'tags'>;

export function seen({ standIn, ids }: AgentStage): Record<string, Seen> {
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

export const writesIn = ({ standIn }: AgentStage): string[] =>
  standIn.requests
    .all()
    .filter(({ method, route }) => method !== 'GET' && !route.startsWith('/search/'))
    .map(({ method, route }) => `${method} ${route}`);

/** Puts photos into an album, made when it is not there. */
export async function intoAlbum(stage: AgentStage, album: string, ...names: string[]): Promise<string> {
  const headers = { 'x-api-key': stage.key, 'content-type': 'application/json' };
  const body = JSON.stringify({ albumName: album, assetIds: names.map((name) => stage.ids[name]) });
  const answer = await fetch(`${stage.standIn.url}/api/albums`, { method: 'POST', headers, body });
  return ((await answer.json()) as { id: string }).id;
}

/** What is a favourite would be the keeper: here that rule is off. */
export const keep = ['pixels'] as const;
