import type { Response } from 'got';

/** First bytes of the kinds of picture that Immich makes thumbnails of, and of some that others may put in their place. */
const beginnings: readonly { readonly at: number; readonly text: string }[] = [
  { at: 0, text: '\xff\xd8\xff' },
  { at: 8, text: 'WEBP' },
  { at: 0, text: '\x89PNG' },
  { at: 0, text: 'GIF8' },
  { at: 4, text: 'ftyp' },
];

/** Null when the answer is a picture, by its type or, where it has none, by its bytes; else what it is, for people. */
export function whyNoPicture({ rawBody, headers }: Response): string | null {
  if (rawBody.length === 0) return 'nothing';
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type.startsWith('image/') || type === 'application/octet-stream') return null;
  const bytes = Buffer.from(rawBody);
  const isPicture = beginnings.some(({ at, text }) =>
    bytes.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1')),
  );
  if (type === '' && isPicture) return null;
  return type === '' ? 'no picture' : type;
}
