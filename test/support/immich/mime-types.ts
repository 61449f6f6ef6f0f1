const TYPES: Record<string, string> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  jpe: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  jxl: 'image/jxl',
  png: 'image/png',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  webp: 'image/webp',
  dng: 'image/x-adobe-dng',
  arw: 'image/x-sony-arw',
  cr2: 'image/x-canon-cr2',
  nef: 'image/x-nikon-nef',
  mov: 'video/quicktime',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

/** Immich goes by the file name's ending alone; undefined = a file it would refuse. */
export const mimeTypeOf = (fileName: string): string | undefined =>
  TYPES[fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase()];

/** Originals that a browser shows itself, so that size=fullsize redirects to them. */
export const isWebFriendly = (fileName: string): boolean =>
  /\.(avif|gif|jpe?g|jpe|png|webp)$/i.test(fileName);
