import { createPace } from '../pace.js';
import type { LookIndex } from '../pipeline/search/look-index.js';
import type { Log } from '../ports.js';
import type { PhotoStore } from '../store-ports.js';

/** Takes all fingerprints of this algorithm into memory; photos of another are read again, and serve as they are until then. */
export async function fillSearch(
  looks: LookIndex,
  photos: PhotoStore,
  algorithm: string,
  log: Log,
): Promise<void> {
  const outdated = photos.outdate(algorithm);
  if (outdated > 0) log.info({ photos: outdated }, 'the hash algorithm changed; photos are read again');
  const pace = createPace();
  const videos = photos.comparedVideos();
  for (const { id, ...fingerprint } of photos.fingerprints(algorithm)) {
    looks.put(id, fingerprint, videos.has(id) ? 'video' : 'image');
    await pace();
  }
  await looks.build(pace);
}
