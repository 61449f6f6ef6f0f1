import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { Immich } from './immich.js';
import type { AssetRecord } from './records.js';

/** A picture Immich made of an original. */
export type Rendition = { bytes: Buffer; mimeType: 'image/webp' | 'image/jpeg' };

const thumbnails = new WeakMap<Buffer, Map<string, Promise<Rendition>>>();
const hashes = new WeakMap<Buffer, Promise<string>>();

/** Short side 250 px WebP or 1440 px JPEG, never enlarged, upright, Display P3 (Immich's default image settings). */
function render(bytes: Buffer, size: 'thumbnail' | 'preview'): Promise<Rendition> {
  const known = thumbnails.get(bytes) ?? new Map<string, Promise<Rendition>>();
  thumbnails.set(bytes, known);
  const made = known.get(size) ?? draw(bytes, size);
  known.set(size, made);
  return made;
}

async function draw(bytes: Buffer, size: 'thumbnail' | 'preview'): Promise<Rendition> {
  const side = size === 'thumbnail' ? 250 : 1440;
  const picture = sharp(bytes, { failOn: 'error' })
    .autoOrient()
    .resize(side, side, { fit: 'outside', withoutEnlargement: true })
    .withIccProfile('p3');
  if (size === 'thumbnail')
    return { bytes: await picture.webp({ quality: 80 }).toBuffer(), mimeType: 'image/webp' };
  return { bytes: await picture.jpeg({ quality: 80 }).toBuffer(), mimeType: 'image/jpeg' };
}

async function thumbHashOf(bytes: Buffer): Promise<string> {
  const { data, info } = await sharp(bytes, { failOn: 'error' })
    .autoOrient()
    .resize(100, 100, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

const source = (asset: AssetRecord): Buffer => asset.poster ?? asset.bytes;

/** The thumbnail or preview; undefined while it is not made yet and for ever when the file cannot be decoded. */
export async function rendition(
  asset: AssetRecord,
  size: 'thumbnail' | 'preview',
): Promise<Rendition | undefined> {
  if (asset.thumbnail !== 'ready') return undefined;
  try {
    return await render(source(asset), size);
  } catch {
    asset.thumbnail = 'never';
    return undefined;
  }
}

/** The ThumbHash in base64, null when there is no thumbnail (yet). Computed on first sight. */
export async function thumbhash(asset: AssetRecord): Promise<string | null> {
  if (asset.thumbnail !== 'ready') return null;
  if (asset.thumbhash !== undefined) return asset.thumbhash;
  const bytes = source(asset);
  const hash = hashes.get(bytes) ?? thumbHashOf(bytes);
  hashes.set(bytes, hash);
  try {
    asset.thumbhash = await hash;
    return asset.thumbhash;
  } catch {
    asset.thumbnail = 'never';
    return null;
  }
}

/** Immich's thumbnail job: sets the thumbhash (which moves updatedAt) or finds that the file cannot be decoded. */
export async function makeThumbnail(immich: Immich, asset: AssetRecord): Promise<void> {
  asset.thumbnail = 'ready';
  if ((await thumbhash(asset)) !== null && immich.state.assets.has(asset.id)) immich.state.touch(asset);
}
