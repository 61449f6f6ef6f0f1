import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import sharp from 'sharp';
import { attacksVersion } from './attacks.js';
import type { Method } from './method.js';

/** The looks of one photo by one method: of itself under `original`, of its changed copies under the attack; null = unreadable. */
export type PhotoLooks = Map<string, unknown>;

/** The key of a photo's own look, beside those of the attacks. */
export const original = 'original';

/** Looks kept from run to run, one file a photo and method. Safe with several processes as long as each has its own photos. */
export class LookCache {
  constructor(private readonly folder: string) {}

  /** Empty when nothing is stored, or only what another version of the method or the attacks made. */
  read(method: Method<unknown>, sha1: string): PhotoLooks {
    try {
      return deserialize(readFileSync(this.#file(method, sha1))) as PhotoLooks;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
      throw error;
    }
  }

  write(method: Method<unknown>, sha1: string, looks: PhotoLooks): void {
    const file = this.#file(method, sha1);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(`${file}.new`, serialize(looks));
    renameSync(`${file}.new`, file);
  }

  #file(method: Method<unknown>, sha1: string): string {
    const { sharp: wrapper, vips } = sharp.versions;
    const version = `${method.version}-attacks${attacksVersion}-sharp${wrapper}-vips${vips}`;
    return join(this.folder, `${method.name}-${version}`, sha1.slice(0, 2), sha1);
  }
}
