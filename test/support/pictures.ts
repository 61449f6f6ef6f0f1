import sharp from 'sharp';
import { sceneSvg } from './scene-svg.js';
import { seededRandom } from './seeded-random.js';

/** What a camera would have noted; times are local to the camera, as EXIF has them. */
export type CameraNotes = {
  /** ISO date and time; its own clock reading is written (`2026-02-11T10:01:00` or with Z or offset, which is kept as OffsetTimeOriginal). */
  takenAt: string;
  make?: string;
  model?: string;
  /** Digits after the seconds, for example '123'. */
  subSec?: string;
  /** Degrees, south and west negative. */
  gps?: { latitude: number; longitude: number };
  /** EXIF orientation 1 to 8; only noted, the pixels stay. */
  orientation?: number;
};

const GRAIN_SIDE = 64;
const GRAIN_PX = 256;

/** A tile of grain and film-like unevenness in the brightness, so that the encoders have something to lose; RGBA. */
function grain(seed: number, width: number, height: number): Promise<Buffer> {
  const random = seededRandom(seed ^ 0x2545f491);
  const pixels = Buffer.alloc(GRAIN_SIDE * GRAIN_SIDE * 4);
  for (let at = 0; at < pixels.length; at += 4) {
    pixels.fill(random.next() < 0.5 ? 0 : 255, at, at + 3);
    pixels[at + 3] = random.whole(0, 26);
  }
  return sharp(pixels, { raw: { width: GRAIN_SIDE, height: GRAIN_SIDE, channels: 4 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}

/**
 * Draws a picture that looks like a scene: the same seed gives the same bytes, different seeds differ strongly
 * (64-bit DCT hashes mostly more than 16 bits apart, turned and mirrored too). JPEG, sRGB, quality 90, no metadata.
 * Default 960 x 640 pixels.
 */
export async function drawScene(
  seed: number,
  size: { width?: number; height?: number } = {},
): Promise<Buffer> {
  const { width = 960, height = 640 } = size;
  const tile = { width: Math.min(width, GRAIN_PX), height: Math.min(height, GRAIN_PX) };
  const scene = Buffer.from(sceneSvg(seed, width, height));
  return sharp(scene)
    .flatten({ background: '#808080' })
    .composite([
      { input: await grain(seed, tile.width, tile.height), raw: { ...tile, channels: 4 }, tile: true },
    ])
    .jpeg({ quality: 90 })
    .toBuffer();
}

const degrees = (value: number): string => {
  const whole = Math.floor(Math.abs(value));
  const minutes = (Math.abs(value) - whole) * 60;
  const seconds = (minutes - Math.floor(minutes)) * 60;
  return `${whole}/1 ${Math.floor(minutes)}/1 ${Math.round(seconds * 1000)}/1000`;
};

/**
 * The picture with a camera's notes in its EXIF block. The pixels are encoded anew (quality 92, 4:4:4): two calls
 * on one picture give equal pixels, but not those of the input.
 */
export async function withExif(jpeg: Buffer, notes: CameraNotes): Promise<Buffer> {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(
    notes.takenAt,
  );
  if (!parts) throw new Error(`takenAt must be an ISO date and time: ${notes.takenAt}`);
  const [, year = '', month = '', day = '', time = '', fraction, zone] = parts;
  const stamp = `${year}:${month}:${day} ${time.length === 5 ? `${time}:00` : time}`;
  const subSec = notes.subSec ?? fraction;
  const IFD0: Record<string, string> = { DateTime: stamp };
  if (notes.make !== undefined) IFD0['Make'] = notes.make;
  if (notes.model !== undefined) IFD0['Model'] = notes.model;
  if (notes.orientation !== undefined) IFD0['Orientation'] = String(notes.orientation);
  const IFD2: Record<string, string> = { DateTimeOriginal: stamp };
  if (subSec !== undefined) IFD2['SubSecTimeOriginal'] = subSec;
  if (zone !== undefined) IFD2['OffsetTimeOriginal'] = zone === 'Z' ? '+00:00' : zone;
  const exif: { IFD0: typeof IFD0; IFD2: typeof IFD2; IFD3?: Record<string, string> } = { IFD0, IFD2 };
  if (notes.gps) {
    exif.IFD3 = {
      GPSLatitudeRef: notes.gps.latitude < 0 ? 'S' : 'N',
      GPSLatitude: degrees(notes.gps.latitude),
      GPSLongitudeRef: notes.gps.longitude < 0 ? 'W' : 'E',
      GPSLongitude: degrees(notes.gps.longitude),
    };
  }
  const encoded = sharp(jpeg).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).withExif(exif);
  if (notes.orientation !== undefined) encoded.withMetadata({ orientation: notes.orientation });
  return encoded.toBuffer();
}

/** A copy as a messenger makes it: JPEG of the given quality (1 to 100), same size, metadata gone. */
export const recompress = (picture: Buffer, quality = 60): Promise<Buffer> =>
  sharp(picture).autoOrient().jpeg({ quality }).toBuffer();

/** A copy whose longer side has the given number of pixels; JPEG quality 85, metadata gone. */
export const resizeTo = (picture: Buffer, longSide: number): Promise<Buffer> =>
  sharp(picture).autoOrient().resize(longSide, longSide, { fit: 'inside' }).jpeg({ quality: 85 }).toBuffer();

/** The same picture in another format, metadata gone (PNG lossless, WebP quality 85, AVIF quality 60). */
export function asFormat(picture: Buffer, format: 'png' | 'webp' | 'avif'): Promise<Buffer> {
  const turned = sharp(picture).autoOrient();
  if (format === 'png') return turned.png().toBuffer();
  if (format === 'webp') return turned.webp({ quality: 85 }).toBuffer();
  return turned.avif({ quality: 60, effort: 1 }).toBuffer();
}

/** A copy whose pixels are turned a quarter clockwise; JPEG quality 90, metadata gone. */
export const rotate90 = (picture: Buffer): Promise<Buffer> =>
  sharp(picture).rotate(90).jpeg({ quality: 90 }).toBuffer();

/** A copy mirrored left to right; JPEG quality 90, metadata gone. */
export const mirror = (picture: Buffer): Promise<Buffer> =>
  sharp(picture).autoOrient().flop().jpeg({ quality: 90 }).toBuffer();

/** A JPEG without its metadata segments (APP1 to APP15, comments); every other byte stays, so the pixels are exactly equal. */
export function stripExif(jpeg: Buffer): Buffer {
  if (jpeg.readUInt16BE(0) !== 0xffd8) throw new Error('not a JPEG');
  const kept: Buffer[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== 0xda) {
    const marker = jpeg[at + 1] ?? 0;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const metadata = (marker >= 0xe1 && marker <= 0xef) || marker === 0xfe;
    if (!metadata) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  kept.push(jpeg.subarray(at));
  return Buffer.concat(kept);
}
