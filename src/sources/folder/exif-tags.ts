/**
 * The few EXIF tags that we go by. A reader of our own: exif-reader 2.0.3 builds every array that a block claims to hold,
 * and a JPEG of 65 KB takes 3 GB and 14 s that way (measured). This one reads a bounded number of bytes per tag.
 */

export interface ExifTags {
  readonly make: string | null;
  readonly model: string | null;
  /** Wall clock at the camera, milliseconds as if it were UTC. */
  readonly takenAt: number | null;
  /** Seconds. */
  readonly exposureTime: number | null;
  readonly iso: number | null;
  readonly hasLocation: boolean;
}

/** A tag as the directory names it: its type, how many values, and where they stand. */
interface Tag {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}

type Tags = ReadonlyMap<number, Tag>;

const typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];
const longestText = 256;
const maker = { make: 0x010f, model: 0x0110, exif: 0x8769, gps: 0x8825 };
const shot = { exposureTime: 0x829a, iso: 0x8827, takenAt: 0x9003, subSecond: 0x9291 };
const place = { latitude: 2, longitude: 4 };

/**
 * Reads an EXIF block, with or without its `Exif` header, or a whole file that is built like one (TIFF, most RAW).
 * Null when it is none. What is damaged is unknown; never throws.
 */
export function readExifTags(bytes: Uint8Array): ExifTags | null {
  const block = blockOf(bytes);
  if (block === null) return null;
  const main = block.directory(block.long(4), Object.values(maker));
  const photo = block.directory(block.number(main.get(maker.exif)), Object.values(shot));
  const gps = block.directory(block.number(main.get(maker.gps)), Object.values(place));
  return {
    make: block.text(main.get(maker.make)),
    model: block.text(main.get(maker.model)),
    takenAt: timeOf(block.text(photo.get(shot.takenAt)), block.text(photo.get(shot.subSecond))),
    exposureTime: block.ratio(photo.get(shot.exposureTime)),
    iso: block.number(photo.get(shot.iso)),
    hasLocation: isPlace(block.degrees(gps.get(place.latitude)), block.degrees(gps.get(place.longitude))),
  };
}

/** Cameras without a fix write zeros. */
function isPlace(latitude: number | null, longitude: number | null): boolean {
  return latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0);
}

/** `2026:02:11 10:01:00` and the digits behind the seconds. */
function timeOf(text: string | null, subSecond: string | null): number | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/u.exec(text ?? '');
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const digits = /^\d+/u.exec(subSecond ?? '')?.[0] ?? '';
  // Impossible dates (all zeros, the 31st of February) come back as others.
  const stands = new Date(time).toISOString().startsWith(match.slice(1, 4).join('-'));
  return stands ? time + Number(digits.padEnd(3, '0').slice(0, 3)) : null;
}

function blockOf(bytes: Uint8Array): ExifBlock | null {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(10, bytes.length)).toString('latin1');
  const start = header.startsWith('Exif\0\0') ? 6 : 0;
  const order = header.slice(start, start + 4);
  if (order !== 'II*\0' && order !== 'MM\0*') return null;
  return new ExifBlock(bytes.subarray(start), order === 'II*\0');
}

/** Reads of one block; whatever lies outside it is null. */
class ExifBlock {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, little: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = little;
  }

  long(at: number): number | null {
    return this.#holds(at, 4) ? this.#view.getUint32(at, this.#little) : null;
  }

  /** The wanted tags of the directory at `at`; at most 65,535 entries are passed over. */
  directory(at: number | null, wanted: readonly number[]): Tags {
    const tags = new Map<number, Tag>();
    const count = at === null ? null : this.#short(at);
    if (at === null || count === null) return tags;
    for (let entry = at + 2; entry < at + 2 + count * 12 && this.#holds(entry, 12); entry += 12) {
      const id = this.#view.getUint16(entry, this.#little);
      if (wanted.includes(id) && !tags.has(id)) tags.set(id, this.#tag(entry));
    }
    return tags;
  }

  #tag(entry: number): Tag {
    const type = this.#view.getUint16(entry + 2, this.#little);
    const count = this.#view.getUint32(entry + 4, this.#little);
    const fits = (typeSizes[type] ?? 0) * count <= 4;
    return { type, count, at: fits ? entry + 8 : this.#view.getUint32(entry + 8, this.#little) };
  }

  /** The first whole number of a tag. */
  number(tag: Tag | undefined): number | null {
    if (tag?.type === 3) return this.#short(tag.at);
    return tag?.type === 4 ? this.long(tag.at) : null;
  }

  /** The first fraction of a tag. */
  ratio(tag: Tag | undefined, index = 0): number | null {
    if (tag === undefined || tag.type !== 5 || tag.count <= index) return null;
    const above = this.long(tag.at + index * 8);
    const below = this.long(tag.at + index * 8 + 4);
    return above === null || below === null || below === 0 ? null : above / below;
  }

  /** Degrees without their sign. */
  degrees(tag: Tag | undefined): number | null {
    const parts = [0, 1, 2].map((index) => this.ratio(tag, index));
    const [whole, minutes, seconds] = parts;
    return whole == null ? null : whole + (minutes ?? 0) / 60 + (seconds ?? 0) / 3600;
  }

  /** Text up to the first NUL; null when there is none. */
  text(tag: Tag | undefined): string | null {
    if (tag?.type !== 2 || !this.#holds(tag.at, 1)) return null;
    const room = this.#view.byteLength - tag.at;
    const length = Math.min(tag.count, longestText, room);
    const bytes = Buffer.from(this.#view.buffer, this.#view.byteOffset + tag.at, length);
    const text = (bytes.toString('utf8').split('\0')[0] ?? '').trim();
    return text === '' ? null : text;
  }

  #short(at: number): number | null {
    return this.#holds(at, 2) ? this.#view.getUint16(at, this.#little) : null;
  }

  #holds(at: number, length: number): boolean {
    return at + length <= this.#view.byteLength;
  }
}
