import { createHash } from 'node:crypto';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.js';
import { encodingAttacks } from './attacks/encodings.js';
import { frameAttacks } from './attacks/frames.js';
import { geometryAttacks } from './attacks/geometry.js';
import { lightAttacks } from './attacks/light.js';
import { overlayAttacks } from './attacks/overlays.js';
import { open, type Picture } from './attacks/picture.js';

/** Changes with what any attack makes of a photo: files and features kept from before are then made anew. */
export const attacksVersion = 1;

const changes: Readonly<Record<string, (picture: Picture, random: SeededRandom) => Promise<Buffer>>> = {
  ...encodingAttacks,
  ...lightAttacks,
  ...overlayAttacks,
  ...geometryAttacks,
  ...frameAttacks,
};

/** What people do to a photo, by how hard it is to see that it is still that photo; 59 kinds of change. */
export const attackClasses = {
  'size, encoding, light, colour': [
    'orig_png',
    'resize50',
    'resize25',
    'upscale2',
    'stretch10',
    'jpeg80',
    'jpeg50',
    'jpeg20',
    'webp75',
    'avif50',
    'gray',
    'bright+20',
    'bright-20',
    'contrast+20',
    'contrast-20',
    'sat+20',
    'sat-20',
    'gamma1.2',
    'gamma0.8',
    'gamma2.0',
    'warm',
    'sepia',
    'clahe',
    'blur',
    'blur_strong',
    'sharpen',
    'noise8',
    'noise20',
    'exif6',
    'messaging',
    'messaging2',
    'immich250',
    'immich1440',
  ],
  overlays: ['text_center', 'wm_corner', 'wm_tiled', 'caption', 'emoji'],
  'tiny geometry': ['crop2', 'rot1', 'rot1_in'],
  'medium geometry': ['crop5', 'rot2', 'rot2_in'],
  'hard geometry': ['crop10', 'crop20', 'square', 'crop16:9', 'rot5', 'rot5_in'],
  'turns and mirror': ['rot90', 'rot180', 'rot270', 'mirror'],
  'borders, screenshots': ['border3', 'pad_sq_black', 'pad_169_white', 'screenshot', 'screenshot_crop'],
} as const;

export type AttackClass = keyof typeof attackClasses;

/** The names of all kinds of change, by class. */
export const attackNames: readonly string[] = Object.values(attackClasses).flat();

/**
 * The encoded file that a person has after the change: JPEG of quality 88 without metadata, unless the kind of change says
 * otherwise. Chance is seeded by the photo's name and the attack: the same call gives the same file.
 * Throws when there is no such attack or the original cannot be decoded.
 */
export async function attacked(attack: string, original: Buffer, photoName: string): Promise<Buffer> {
  const change = changes[attack];
  if (change === undefined) throw new Error(`no such attack: ${attack}`);
  const seed = createHash('sha1').update(`${attack}/${photoName}`).digest().readInt32BE(0);
  return change(await open(original), seededRandom(seed));
}
