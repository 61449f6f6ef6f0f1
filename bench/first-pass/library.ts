/** What has been done to a photo, or why it looks like another. */
export const copyKinds = ['encoded again', 'half size', 'turned', 'brighter', 'cropped by 10 %'] as const;
export type CopyKind = (typeof copyKinds)[number];

/** What one photo of the library is; numbers count from 0. */
export type Role =
  | { readonly kind: 'single' }
  | { readonly kind: 'copy'; readonly of: number; readonly how: CopyKind }
  | { readonly kind: 'burst'; readonly of: number; readonly frame: number };

const blockLength = 100;
/** The first of a block are copies of the middle ones of another; four near the end of every other block are a burst. */
const copiesInBlock = 5;
const firstCopied = 50;
const firstOfBurst = 90;
const burstLength = 4;
/** Of 20 copies: 6 encoded again, 6 half size, 2 turned, 3 brighter, 3 cropped. */
const order = [0, 1, 0, 1, 2, 3, 0, 1, 4, 3, 0, 1, 2, 4, 0, 1, 3, 4, 0, 1];

/**
 * A made-up library whose photos are known by their numbers alone: of a hundred photos five are copies of others that are
 * far off in the listing, two are of bursts.
 */
export class Library {
  readonly photos: number;
  readonly #blocks: number;

  constructor(photos: number) {
    this.photos = photos;
    this.#blocks = Math.floor(photos / blockLength);
  }

  roleOf(number: number): Role {
    const block = Math.floor(number / blockLength);
    const at = number % blockLength;
    if (block >= this.#blocks) return { kind: 'single' };
    if (at < copiesInBlock) {
      const other = (block + Math.floor(this.#blocks / 2)) % this.#blocks;
      const how = copyKinds[order[(block * copiesInBlock + at) % order.length] ?? 0] ?? copyKinds[0];
      return { kind: 'copy', of: other * blockLength + firstCopied + at, how };
    }
    const frame = at - firstOfBurst;
    if (block % 2 === 0 && frame >= 0 && frame < burstLength)
      return { kind: 'burst', of: block * blockLength + firstOfBurst, frame };
    return { kind: 'single' };
  }

  /** Pairs of a copy and its original. */
  *copies(): Iterable<{ readonly copy: number; readonly of: number; readonly how: CopyKind }> {
    for (let number = 0; number < this.photos; number++) {
      const role = this.roleOf(number);
      if (role.kind === 'copy') yield { copy: number, of: role.of, how: role.how };
    }
  }
}

const idStart = '5e0f0000-0000-4000-8000-';

export function assetId(number: number): string {
  return idStart + number.toString(16).padStart(12, '0');
}

/** -1 for what is no id of a photo. */
export function numberOf(id: string): number {
  return id.startsWith(idStart) ? parseInt(id.slice(idStart.length), 16) : -1;
}
