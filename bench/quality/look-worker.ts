/** A process of its own that makes looks: takes one job at a time, stores its looks, answers `done`. Started by `looks.ts`. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { attacked } from './attacks.js';
import { LookCache, original } from './look-cache.js';
import type { Job } from './looks.js';
import { allMethods } from './methods.js';

sharp.concurrency(1);
sharp.cache(false);

const methods = await allMethods();

/** Makes what is missing of one photo's looks; a changed copy is drawn once for all methods. */
async function make({ photo, pictures, cacheFolder }: Job): Promise<void> {
  const cache = new LookCache(cacheFolder);
  const looks = methods.map((method) => ({ method, known: cache.read(method, photo.sha1), grew: false }));
  const bytes = readFileSync(photo.path);
  for (const picture of pictures) {
    const wanting = looks.filter(({ known }) => !known.has(picture));
    if (wanting.length === 0) continue;
    const file = picture === original ? bytes : await attacked(picture, bytes, photo.name);
    for (const entry of wanting) {
      entry.known.set(picture, await entry.method.prepare(file).catch(() => null));
      entry.grew = true;
    }
  }
  for (const { method, known, grew } of looks) if (grew) cache.write(method, photo.sha1, known);
}

process.on('message', (job: Job) => {
  make(job).then(
    () => process.send?.('done'),
    (error: unknown) => {
      console.error(`${job.photo.path}:`, error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
