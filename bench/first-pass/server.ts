/**
 * A stand-in Immich with a library of any size, in a process of its own: photos are drawn when they are asked for, and only
 * what a scan with tags alone asks for is answered. Prints its address when it is ready, then serves until it is ended.
 *
 *   npx tsx bench/first-pass/server.ts PHOTOS MILLISECONDS_A_PAGE [FOLDER...]
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSources } from '../thumb/population.js';
import { Library, assetId, numberOf } from './library.js';
import { Painter } from './picture.js';

const [count = '10000', msAPage = '0', ...folders] = process.argv.slice(2);
const library = new Library(Number(count));
const painter = new Painter(library, await readSources(folders));
/** 32 bytes a photo: the length of its ThumbHash, the ThumbHash, and at the end its width and height. */
const bytesEach = 32;
const listed = Buffer.alloc(bytesEach * library.photos);
/** Whose thumbnail was asked for. */
const served = new Uint8Array(library.photos);
/** When photos were tagged, milliseconds. */
const tagged = new Map<number, number>();
const userId = '5e0f1111-0000-4000-8000-000000000001';
const tag = { id: '5e0f2222-0000-4000-8000-000000000001', name: '', value: '' };
const firstDay = Date.UTC(2015, 0, 1);
const hour = 3_600_000;

function asset(number: number): object {
  const role = library.roleOf(number);
  const of = role.kind === 'copy' ? role.of : number;
  const frame = role.kind === 'burst' ? role.frame : 0;
  const shot = role.kind === 'burst' ? role.of : of;
  const takenAt = new Date(firstDay + shot * hour + frame * 1000).toISOString();
  const updatedAt = new Date(tagged.get(number) ?? firstDay + number).toISOString();
  // One photo of five has lost what its camera wrote, and so have copies made smaller; no burst has.
  const isLost = of % 5 === 0 || (role.kind === 'copy' && role.how === 'half size');
  const hasExif = role.kind === 'burst' || !isLost;
  const row = listed.subarray(bytesEach * number, bytesEach * (number + 1));
  const [width, height] = [row.readUInt16LE(28), row.readUInt16LE(30)];
  return {
    ...{ id: assetId(number), ownerId: userId, libraryId: null, type: 'IMAGE', duration: null, people: [] },
    originalPath: `/data/library/anna/${number}.jpg`,
    originalFileName: `IMG_${number}.jpg`,
    originalMimeType: 'image/jpeg',
    thumbhash: row.subarray(1, 1 + row.readUInt8(0)).toString('base64'),
    ...{ createdAt: takenAt, fileCreatedAt: takenAt, fileModifiedAt: takenAt, localDateTime: takenAt },
    ...{ updatedAt, isFavorite: false, isArchived: false, isTrashed: false, visibility: 'timeline' },
    exifInfo: {
      ...{ make: hasExif ? 'Maker' : null, model: hasExif ? 'M1' : null, exposureTime: '1/100', iso: 100 },
      ...{ fileSizeInByte: 1_000_000 + number, exifImageWidth: width, exifImageHeight: height },
      ...{ orientation: '1', dateTimeOriginal: takenAt, latitude: null, longitude: null, city: null },
    },
    checksum: createHash('sha1').update(`${number}`).digest('base64'),
    ...{ livePhotoVideoId: null, isOffline: false, hasMetadata: true, duplicateId: null, resized: true },
    ...{ width, height, isEdited: false },
  };
}

interface Search {
  readonly page?: number;
  readonly size?: number;
  readonly tagIds?: readonly string[];
  readonly updatedAfter?: string;
}

async function search({ page = 1, size = 250, tagIds, updatedAfter }: Search): Promise<unknown> {
  await sleep(Number(msAPage));
  const since = Date.parse(updatedAfter ?? '');
  const isPartial = tagIds !== undefined || updatedAfter !== undefined;
  const some = [...(isPartial ? tagged : [])].filter(([, at]) => updatedAfter === undefined || at >= since);
  const from = (page - 1) * size;
  const total = isPartial ? some.length : library.photos;
  const length = Math.max(0, Math.min(size, total - from));
  const numbers = Array.from({ length }, (_, n) => (isPartial ? (some[from + n]?.[0] ?? 0) : from + n));
  const items = numbers.map(asset);
  const nextPage = from + size < total ? String(page + 1) : null;
  const assets = { total: items.length, count: items.length, items, facets: [], nextPage };
  return { albums: { total: 0, count: 0, items: [], facets: [] }, assets };
}

function putTags({ assetIds = [] }: { assetIds?: readonly string[] }): unknown {
  for (const id of assetIds) tagged.set(numberOf(id), Date.now());
  return { count: assetIds.length };
}

function upsertTag({ tags = [] }: { tags?: readonly string[] }): unknown {
  tag.name = tag.value = tags[0] ?? '';
  return [tag];
}

const answers: Readonly<Record<string, (body: never) => unknown>> = {
  'GET /server/ping': () => ({ res: 'pong' }),
  'GET /server/version': () => ({ major: 3, minor: 1, patch: 0, prerelease: null }),
  'GET /api-keys/me': () => ({ id: userId, name: 'bench', permissions: ['all'] }),
  'GET /users/me': () => ({ id: userId, name: 'Anna', email: 'anna@example.com' }),
  'POST /search/metadata': search,
  'POST /search/statistics': () => ({ total: library.photos }),
  'GET /tags': () => (tag.value === '' ? [] : [tag]),
  'PUT /tags': upsertTag,
  'PUT /tags/assets': putTags,
  'GET /albums': () => [],
  // For the benchmark: what has happened, by number.
  'GET /seen': () => ({
    tagged: [...tagged.keys()],
    served: [...served.keys()].filter((number) => served[number] === 1),
  }),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').replace(/^\/api/u, '').replace(/\?.*$/u, '');
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const [, , id = '', what] = path.split('/');
  const number = numberOf(id);
  if (what === 'thumbnail' && number >= 0) {
    served[number] = 1;
    response.setHeader('content-type', 'image/webp').end(await painter.thumbnail(number));
    return;
  }
  const text = Buffer.concat(parts).toString();
  const body = (text === '' ? {} : JSON.parse(text)) as never;
  const isAsset = path.startsWith('/assets/') && number >= 0;
  const reply = isAsset
    ? { ...asset(number), tags: tagged.has(number) ? [tag] : [] }
    : await answers[`${request.method} ${path}`]?.(body);
  response.statusCode = reply === undefined ? 404 : 200;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(reply ?? { message: `Cannot ${request.method} ${path}` }));
}

for (let number = 0; number < library.photos; number++) {
  const { thumbHash, width, height } = painter.listed(number);
  const at = bytesEach * number;
  listed.set([thumbHash.length, ...thumbHash], at);
  listed.writeUInt16LE(width, at + 28);
  listed.writeUInt16LE(height, at + 30);
}
const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
  void answer(request, response);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
