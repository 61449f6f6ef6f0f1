import readExifBlock from 'exif-reader';
import sharp from 'sharp';
import type { ExifRecord } from './records.js';

/** What could be read out of a file; `local` is the camera's clock reading as if it were UTC. */
export type FileFacts = {
  width: number | null;
  height: number | null;
  takenAtMs: number | null;
  localMs: number | null;
  exif: Partial<ExifRecord>;
};

const EMPTY: FileFacts = { width: null, height: null, takenAtMs: null, localMs: null, exif: {} };

const offsetMs = (zone: unknown): number => {
  const parts = typeof zone === 'string' ? /^([+-])(\d\d):(\d\d)/.exec(zone) : null;
  if (!parts) return 0;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * 60_000;
};

/** As exiftool-vendored names zones: 'UTC+2', 'UTC-3:30', 'UTC+0'. */
const zoneName = (zone: unknown): string | null => {
  const parts = typeof zone === 'string' ? /^([+-])(\d\d):(\d\d)/.exec(zone) : null;
  if (!parts) return null;
  return `UTC${parts[1] ?? '+'}${Number(parts[2])}${parts[3] === '00' ? '' : `:${parts[3] ?? ''}`}`;
};

const degrees = (value: unknown, reference: unknown): number | null => {
  if (!Array.isArray(value)) return null;
  const [whole = 0, minutes = 0, seconds = 0] = value.map(Number);
  const sign = reference === 'S' || reference === 'W' ? -1 : 1;
  return sign * (whole + minutes / 60 + seconds / 3600);
};

const text = (value: unknown): string | null =>
  typeof value === 'string' ? value.replace(/\0+$/, '').trim() : null;

/** Reads size and EXIF of a picture; a file that sharp cannot open yields nulls. */
export async function readFileFacts(bytes: Buffer): Promise<FileFacts> {
  const found = await sharp(bytes)
    .metadata()
    .catch(() => undefined);
  if (!found) return EMPTY;
  const turned = (found.orientation ?? 1) >= 5;
  const size = { width: turned ? found.height : found.width, height: turned ? found.width : found.height };
  const exif: Partial<ExifRecord> = {
    exifImageWidth: found.width,
    exifImageHeight: found.height,
    orientation: found.orientation === undefined ? null : String(found.orientation),
  };
  if (!found.exif) return { ...EMPTY, ...size, exif };
  return { ...size, ...readBlock(found.exif, exif) };
}

function readBlock(block: Buffer, exif: Partial<ExifRecord>): Omit<FileFacts, 'width' | 'height'> {
  let tags: ReturnType<typeof readExifBlock>;
  try {
    tags = readExifBlock(block);
  } catch {
    return { takenAtMs: null, localMs: null, exif };
  }
  const photo = tags.Photo;
  const fraction = Number(`0.${text(photo?.SubSecTimeOriginal) ?? '0'}`);
  const local = photo?.DateTimeOriginal instanceof Date ? photo.DateTimeOriginal.getTime() : NaN;
  const localMs = Number.isNaN(local) ? null : local + Math.round(fraction * 1000);
  const takenAtMs = localMs === null ? null : localMs - offsetMs(photo?.OffsetTimeOriginal);
  return {
    localMs,
    takenAtMs,
    exif: {
      ...exif,
      make: text(tags.Image?.Make),
      model: text(tags.Image?.Model),
      dateTimeOriginal: takenAtMs === null ? null : new Date(takenAtMs).toISOString(),
      timeZone: zoneName(photo?.OffsetTimeOriginal),
      latitude: degrees(tags.GPSInfo?.GPSLatitude, tags.GPSInfo?.GPSLatitudeRef),
      longitude: degrees(tags.GPSInfo?.GPSLongitude, tags.GPSInfo?.GPSLongitudeRef),
    },
  };
}
