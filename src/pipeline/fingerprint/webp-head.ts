/** A canvas with one of these has to be asked about by other means. */
const animation = 0x02;
const exif = 0x08;

const profiled = 0x20;

/** What the first bytes of a WebP tell. */
export interface WebpHead {
  /** Pixels, as it is shown. */
  readonly width: number;
  readonly height: number;
  /** Its ICC profile; null where it has none: sRGB. */
  readonly profile: Uint8Array | null;
}

/**
 * The head of a WebP, without a decoder: asking sharp costs a twentieth of decoding a thumbnail. Null for everything else, for
 * a WebP that is animated or may have an orientation, and for one that is cut short.
 */
export function webpHead(bytes: Uint8Array): WebpHead | null {
  if (bytes.length < 30 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WEBP') return null;
  const kind = textAt(bytes, 12);
  const head =
    kind === 'VP8X'
      ? extended(bytes)
      : kind === 'VP8L'
        ? lossless(bytes)
        : kind === 'VP8 '
          ? lossy(bytes)
          : null;
  return head === null || head.width === 0 || head.height === 0 ? null : head;
}

function extended(bytes: Uint8Array): WebpHead | null {
  const flags = bytes[20] ?? 0;
  if ((flags & (animation | exif)) !== 0) return null;
  const size = { width: numberAt(bytes, 24, 3) + 1, height: numberAt(bytes, 27, 3) + 1 };
  if ((flags & profiled) === 0) return { ...size, profile: null };
  // The profile is the first thing after the canvas (RFC 9649, section 2.7).
  const length = bytes.length < 38 || textAt(bytes, 30) !== 'ICCP' ? 0 : numberAt(bytes, 34, 4);
  const profile = bytes.subarray(38, 38 + length);
  return length === 0 || profile.length < length ? null : { ...size, profile };
}

function lossless(bytes: Uint8Array): WebpHead | null {
  if (bytes[20] !== 0x2f) return null;
  const both = numberAt(bytes, 21, 4);
  return { width: (both & 0x3fff) + 1, height: ((both >>> 14) & 0x3fff) + 1, profile: null };
}

function lossy(bytes: Uint8Array): WebpHead | null {
  if (numberAt(bytes, 23, 3) !== 0x2a019d) return null;
  const [width, height] = [numberAt(bytes, 26, 2) & 0x3fff, numberAt(bytes, 28, 2) & 0x3fff];
  return { width, height, profile: null };
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Lowest byte first. */
function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let n = length - 1; n >= 0; n--) value = value * 256 + (bytes[at + n] ?? 0);
  return value;
}
