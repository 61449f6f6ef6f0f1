import type { Format } from '../model.js';

/** Facts of a shot in one form, so that an asset and a file of the same shot say the same. */

/** Endings of camera raw files, lower case. */
export const rawEndings: ReadonlySet<string> = new Set(
  '3fr ari arw cap cin cr2 cr3 crw dcr dng erf fff iiq k25 kdc mrw nef nrw orf ori pef raf raw rw2 rwl sr2 srf srw x3f'.split(
    ' ',
  ),
);

/** Kind of file by its name; the order of worth of the keep rules. */
export function formatOf(fileName: string): Format {
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  if (rawEndings.has(ending)) return 'raw';
  if (['heic', 'heif', 'hif'].includes(ending)) return 'heic';
  return ['jpg', 'jpeg', 'jpe', 'jfif'].includes(ending) ? 'jpeg' : 'other';
}

/** Make and model; null when both are unknown. */
export function cameraName(make: string | null | undefined, model: string | null | undefined): string | null {
  const text = `${make ?? ''} ${model ?? ''}`
    .toLowerCase()
    .replace(/[\s\0]+/gu, ' ')
    .trim();
  return text === '' ? null : text;
}

/** Exposure time (as `1/60`, or seconds) and ISO; null unless both are known. */
export function exposureName(
  time: string | number | null | undefined,
  iso: number | null | undefined,
): string | null {
  if (time === null || time === undefined || iso === null || iso === undefined) return null;
  return `${typeof time === 'number' ? exposureTimeText(time) : time} iso ${iso}`;
}

/** As exiftool, and with it Immich, prints it. */
function exposureTimeText(seconds: number): string {
  if (seconds > 0 && seconds < 0.25001) return `1/${Math.floor(0.5 + 1 / seconds)}`;
  return seconds.toFixed(1).replace(/\.0$/u, '');
}
