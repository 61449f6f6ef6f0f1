import { ApiError } from './api-error.js';

/** One field of a form; `fileName` only when the field is a file. */
export type FormField = { name: string; fileName: string | undefined; content: Buffer };

/** Takes a whole multipart/form-data body apart; a body that breaks off is a 400. */
export function parseMultipart(body: Buffer, contentType: string): FormField[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) throw new ApiError(400, 'Multipart: Boundary not found');
  const delimiter = Buffer.from(`\r\n--${mark}`);
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const fields: FormField[] = [];
  let at = text.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (text.subarray(start, start + 2).toString() === '--') return fields;
    const end = text.indexOf(delimiter, start);
    const headEnd = text.indexOf('\r\n\r\n', start);
    if (end < 0 || headEnd < 0 || headEnd > end) break;
    const head = text.subarray(start, headEnd).toString('utf8');
    const name = /[;\s]name="([^"]*)"/i.exec(head)?.[1];
    const fileName = /filename="([^"]*)"/i.exec(head)?.[1];
    if (name !== undefined) fields.push({ name, fileName, content: text.subarray(headEnd + 4, end) });
    at = end;
  }
  throw new ApiError(400, 'Unexpected end of form');
}
