import sharp, { type Sharp } from 'sharp';
import sharpPhash from 'sharp-phash';
import { OrganizerError, TerminalError, TransientError } from '../../errors.js';
import type { Fingerprint } from '../../model.js';
import { leastQuality } from './bounds.js';
import { copySide, halved, type GreyCopy } from './grey-copy.js';
import { hashesOf, phashOf, side } from './hashes.js';
import { laterFramesOf } from './later-frames.js';
import { packCopy } from './packed-copy.js';
import { isPaper } from './paper.js';
import { shownShare } from './surround.js';
import { usualProfiles } from './usual-profiles.js';
import { isListedPicture } from '../thumb/listed-picture.js';
import { webpHead } from './webp-head.js';

// The package's types describe an ES module; it is a CommonJS one.
const packagePhash = sharpPhash as unknown as (image: Buffer) => Promise<string>;

// Decoding is spread over photos, not over the rows of one photo.
sharp.concurrency(1);
sharp.cache(false);

/** A decompression bomb must not take the memory: pictures with more pixels than this are refused. */
const mostPixels = 500_000_000;
/** The same for formats that are decoded as a whole before they shrink (up to 6 bytes a pixel): GIF, WebP, AVIF, interlaced ones. */
const mostPixelsAtOnce = 120_000_000;

/** True for an ICC profile that grey need not be converted from. */
type NearSrgb = (profile: Uint8Array) => boolean;

/** The grey copy of the first frame, and how many there are. */
interface Decoded extends GreyCopy {
  readonly frames: number;
  /** Of one frame. */
  readonly area: number;
}

/** The grey copy that everything is made from: one shrink-on-load decode. */
async function greyCopyOf(bytes: Uint8Array, nearSrgb: NearSrgb): Promise<Decoded> {
  try {
    return await shrunk(bytes, nearSrgb, mostPixelsAtOnce);
  } catch (error) {
    const isLarge = error instanceof Error && error.message.includes('exceeds pixel limit');
    if (!isLarge || !(await comesInRows(bytes))) throw error;
    return shrunk(bytes, nearSrgb, mostPixels);
  }
}

async function shrunk(bytes: Uint8Array, nearSrgb: NearSrgb, limitInputPixels: number): Promise<Decoded> {
  const options = { limitInputPixels, failOn: 'truncated' } as const;
  const still = webpHead(bytes);
  const head = still === null ? await headOf(sharp(bytes, options)) : { ...still, frames: 1 };
  const { width, height, profile, frames } = head;
  // Half of the time that a thumbnail takes is the conversion of its colours, most of it making ready for that.
  const ignoreIcc = profile !== null && nearSrgb(profile);
  const pixels = await squeezed(sharp(bytes, { ...options, ignoreIcc }), copySide);
  return { pixels, aspect: width / height, frames, area: width * height };
}

async function headOf(
  picture: Sharp,
): Promise<{ width: number; height: number; profile: Uint8Array | null; frames: number }> {
  const { autoOrient, icc, pages = 1 } = await picture.metadata();
  return { ...autoOrient, profile: icc ?? null, frames: pages };
}

/** The grey copy of another frame. */
function frameOf(bytes: Uint8Array, frame: number): Promise<Uint8Array> {
  const options = { limitInputPixels: mostPixelsAtOnce, failOn: 'truncated', page: frame } as const;
  return squeezed(sharp(bytes, options), copySide);
}

/** As sharp-phash does it, which takes 32 pixels a side. */
function squeezed(picture: Sharp, size: number): Promise<Uint8Array> {
  return picture.greyscale().resize(size, size, { fit: 'fill' }).rotate().raw().toBuffer();
}

/** True for formats that need a few rows at a time only. */
async function comesInRows(bytes: Uint8Array): Promise<boolean> {
  const { format, isProgressive } = await sharp(bytes, { limitInputPixels: mostPixels }).metadata();
  return ['jpeg', 'png', 'tiff'].includes(format) && !isProgressive;
}

/** Makes fingerprints; safe to call at the same time for many photos. */
export interface Fingerprinter {
  /** Changes when hashes made before no longer compare with new ones. */
  readonly algorithm: string;
  /**
   * `listed` is the ThumbHash that the source lists for the picture. Throws TerminalError `PICTURE_UNREADABLE`; TransientError
   * `PICTURE_WRONG` when these bytes are another picture than the listed one. Memory: one shrunk copy of the picture.
   */
  fingerprint(bytes: Uint8Array, listed?: Uint8Array | null): Promise<Fingerprint>;
}

/**
 * The algorithm is named by its version and by a canary: what it makes of a picture drawn here, next to what sharp-phash
 * makes of it. Another libvips that decodes differently, or another sharp-phash, thus gets another name.
 */
export async function createFingerprinter(): Promise<Fingerprinter> {
  const canary = await canaryPicture();
  const usual = await usualProfiles();
  const nearSrgb: NearSrgb = (profile) => usual.some((one) => Buffer.compare(one, profile) === 0);
  const { phash, detail } = looksOf(await greyCopyOf(canary, nearSrgb));
  const exact = hexOf(await exactPhashOf(canary));
  const agrees = exact === hexOf(bytesOfBits(await packagePhash(Buffer.from(canary))));
  const algorithm = `3-${agrees ? exact : 'differs'}-${hexOf(phash)}-${hexOf(detail).slice(0, 16)}`;
  return {
    algorithm,
    fingerprint: async (bytes, listed = null) => {
      try {
        const copy = await greyCopyOf(bytes, nearSrgb);
        const looks = looksOf(copy);
        if (listed !== null && looks.quality >= leastQuality) await requireListed(copy, bytes, listed);
        const laterFrames = await laterFramesOf(copy, (frame) => frameOf(bytes, frame));
        return { algorithm, ...looks, laterFrames, pixels: packCopy(copy.pixels), aspect: copy.aspect };
      } catch (error) {
        throw error instanceof OrganizerError ? error : unreadable(bytes, error);
      }
    },
  };
}

/** The reason that is kept with a photo whose thumbnail is of another one; it is asked for again with every full listing. */
export const wrongPicture = 'the thumbnail shows another picture than the one that Immich lists';

/** A flat picture is not asked: it matches nothing by look. */
async function requireListed({ pixels }: GreyCopy, bytes: Uint8Array, listed: Uint8Array): Promise<void> {
  if (await isListedPicture(halved(pixels, copySide), bytes, listed)) return;
  throw new TransientError('PICTURE_WRONG', wrongPicture);
}

function looksOf(copy: GreyCopy): Pick<Fingerprint, 'phash' | 'detail' | 'quality' | 'isPaper' | 'shown'> {
  return { ...hashesOf(halved(copy.pixels, copySide)), isPaper: isPaper(copy), shown: shownShare(copy) };
}

/**
 * The hash of the package sharp-phash, bit for bit: a decode of its own, because 32 pixels a side cannot be had exactly from
 * 64 (a WebP is scaled while it is decoded). The hash that photos are searched by differs from it by 0 to 4 bits.
 */
export async function exactPhashOf(bytes: Uint8Array): Promise<Uint8Array> {
  return phashOf(await squeezed(sharp(bytes, { limitInputPixels: mostPixelsAtOnce }), side));
}

/** The reason is our own: libvips keeps one error text for all decodes under way, so that theirs may be of another picture. */
function unreadable(bytes: Uint8Array, cause: unknown): TerminalError {
  return new TerminalError('PICTURE_UNREADABLE', `cannot be decoded: ${reasonFor(bytes)}`, { cause });
}

function reasonFor(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (/^....ftyp(hei[cxmfs]|hevc|hevx|mif1|msf1)/su.test(head)) return 'HEIC is not supported here';
  const known = /^(\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II\*\0|MM\0\*|....ftypavi[fs])/su.test(head);
  return known
    ? 'the picture is damaged, or too large'
    : 'not a picture, or of a kind that is not supported here';
}

/** A drawn JPEG with edges, gradients and curves; the same bytes wherever the same encoder made it. */
async function canaryPicture(): Promise<Uint8Array> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
    <linearGradient id="g" x2="1" y2="1"><stop stop-color="#135"/><stop offset="1" stop-color="#fc8"/></linearGradient>
    <rect width="640" height="480" fill="url(#g)"/><circle cx="170" cy="150" r="90" fill="#eed"/>
    <path d="M0 400 L210 250 L330 360 L470 210 L640 390 V480 H0Z" fill="#243"/><rect x="390" y="60" width="140" height="46" fill="#a22"/></svg>`;
  return sharp(Buffer.from(drawing)).jpeg({ quality: 90 }).toBuffer();
}

/** Bytes of a string of 0 and 1, first bit highest. */
export function bytesOfBits(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{8}/gu) ?? [], (byte) => parseInt(byte, 2));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
