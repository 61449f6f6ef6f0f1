/** Libraries so large that their listing is made use of, of pictures that cost next to nothing. */
import sharp from 'sharp';
import { leastForFirstPass } from '../../src/pipeline/backlog.js';
import { emptyStage, type AgentStage } from './agent-stage.js';
import type { Test } from 'tap';
import { seededRandom } from './seeded-random.js';

/** Of each picture, pixels. */
export const side = 96;
export const photos = 5 * leastForFirstPass;

/** A picture like no other, drawn in a millisecond. */
export async function drawCheap(seed: number): Promise<Buffer> {
  const random = seededRandom(seed);
  const grid = Buffer.from(Array.from({ length: 20 * 20 * 3 }, () => random.whole(0, 255)));
  const raw = { width: 20, height: 20, channels: 3 as const };
  return sharp(grid, { raw }).resize(side, side, { fit: 'fill' }).jpeg().toBuffer();
}

/** A library of pictures that are all different. */
export async function plainStage(t: Test): Promise<AgentStage> {
  const stage = await emptyStage(t);
  const size = { width: side, height: side };
  for (let n = 0; n < photos; n++) await stage.add(`photo-${n}`, await drawCheap(n), size);
  return stage;
}

/** Names of the photos whose thumbnails were asked for, and `tagged` where tags were written, in that order. */
export function happened({ standIn, ids }: AgentStage): string[] {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return standIn.requests.all().flatMap(({ method, route, url }) => {
    if (route === '/assets/:id/thumbnail') return names.get(url.split('/')[3] ?? '') ?? [];
    return `${method} ${route}` === 'PUT /tags/assets' ? ['tagged'] : [];
  });
}
