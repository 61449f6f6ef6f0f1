import type { Metadata } from 'sharp';
import type { ReadFacts } from '../../model.js';

/** Frames or pages of a picture, and how long they run. */
type FrameFacts = Pick<ReadFacts, 'frames' | 'durationMs'>;

const one: FrameFacts = { frames: 1, durationMs: null };
const pngHead = 8;
/** Brands of files that hold a sequence (AVIF, HEIF). */
const sequences = ['avis', 'msf1', 'hevc', 'hevx'];

/**
 * What the bytes of a picture say of its frames: one for what holds no more; null frames for a sequence whose length the decoder
 * does not tell. No picture is decoded.
 */
export function frameFactsOf(bytes: Buffer, { format, pages = 1, delay }: Metadata): FrameFacts {
  if (format === 'png') return framesOfPng(bytes);
  if (format === 'heif' && isSequence(bytes)) return { frames: null, durationMs: null };
  return pages > 1 ? { frames: pages, durationMs: sumOf(delay ?? []) } : one;
}

/** An animated PNG says so before its pixels (W3C PNG, third edition, 11.3.6), and each frame how long it stays. */
function framesOfPng(bytes: Buffer): FrameFacts {
  let frames = 1;
  const delays: number[] = [];
  for (let at = pngHead; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const kind = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    if (kind === 'IDAT' && frames === 1) return one;
    if (kind === 'acTL' && data.length === 8) frames = Math.max(1, data.readUInt32BE(0));
    if (kind === 'fcTL' && data.length === 26)
      delays.push((1000 * data.readUInt16BE(20)) / (data.readUInt16BE(22) || 100));
  }
  return { frames, durationMs: sumOf(delays) };
}

function isSequence(bytes: Buffer): boolean {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return false;
  const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), 256));
  return sequences.some((brand) => brands.includes(brand));
}

function sumOf(delays: readonly number[]): number | null {
  return Math.round(delays.reduce((sum, delay) => sum + delay, 0)) || null;
}
