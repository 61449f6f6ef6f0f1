import { createHash } from 'node:crypto';
import { maySee, requireAssets } from '../access.js';
import { ApiError } from '../api-error.js';
import { anyString, checked, listOf, oneOf, optional, shape } from '../checks.js';
import { createAsset, processUpload, sha1Base64 } from '../intake.js';
import { rendition } from '../media.js';
import { isWebFriendly, mimeTypeOf } from '../mime-types.js';
import { parseMultipart } from '../multipart.js';
import type { AssetRecord } from '../records.js';
import type { Call, Route } from '../route.js';
import { toBase64 } from '../search-filter.js';
import { fromIso } from '../timestamps.js';
import { toUploadForm } from '../upload-form.js';

const seen = ({ immich, user, params }: Call, permission: string): AssetRecord => {
  const [asset] = requireAssets(immich.state, [params['id'] ?? ''], permission, (found) =>
    maySee(immich.state, user, found),
  );
  if (!asset) throw new ApiError(400, 'Asset not found');
  return asset;
};

const baseName = (fileName: string): string => fileName.replace(/\.[^.]*$/, '');

function sendFile(
  { reply, headers }: Call,
  file: { bytes: Buffer; mimeType: string; name: string },
): unknown {
  const etag = `W/"${file.bytes.length.toString(16)}-${createHash('sha1').update(file.bytes).digest('hex').slice(0, 11)}"`;
  void reply.headers({
    etag,
    'last-modified': new Date(0).toUTCString(),
    'cache-control':
      'private, max-age=86400, no-transform, stale-while-revalidate=2592000, stale-if-error=2592000',
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    'content-type': file.mimeType,
  });
  if (headers['if-none-match'] === etag && headers['cache-control'] !== 'no-cache') {
    void reply.code(304);
    return '';
  }
  return file.bytes;
}

async function thumbnail(call: Call): Promise<unknown> {
  const { size = 'thumbnail' } = checked<{ size?: string }>(call.query, {
    size: optional(oneOf('original', 'fullsize', 'preview', 'thumbnail')),
  });
  const asset = seen(call, 'asset.view');
  if (size === 'original' || (size === 'fullsize' && isWebFriendly(asset.originalPath))) {
    return call.reply.redirect('original?', 302);
  }
  if (size === 'fullsize') return call.reply.redirect('thumbnail?size=preview', 302);
  const made = await rendition(asset, size === 'preview' ? 'preview' : 'thumbnail');
  if (!made) throw new ApiError(404, 'Asset media not found');
  const ending = made.mimeType === 'image/webp' ? 'webp' : 'jpeg';
  return sendFile(call, { ...made, name: `${baseName(asset.originalFileName)}_${size}.${ending}` });
}

function original(call: Call): unknown {
  const asset = seen(call, 'asset.download');
  const mimeType = mimeTypeOf(asset.originalFileName) ?? 'application/octet-stream';
  return sendFile(call, { bytes: asset.bytes, mimeType, name: asset.originalFileName });
}

const duplicateOf = ({ immich, user }: Call, checksum: string): AssetRecord | undefined =>
  [...immich.state.assets.values()].find(
    (asset) => asset.ownerId === user.id && asset.libraryId === null && asset.checksum === checksum,
  );

function upload(call: Call): unknown {
  const { immich, user, body, headers, reply } = call;
  const announced = headers['x-immich-checksum'];
  const known = typeof announced === 'string' ? duplicateOf(call, toBase64(announced)) : undefined;
  if (known) return { id: known.id, status: 'duplicate' };
  const fields = Buffer.isBuffer(body) ? parseMultipart(body, headers['content-type'] ?? '') : [];
  const form = toUploadForm(fields, immich.version);
  const same = duplicateOf(call, sha1Base64(form.bytes));
  if (same) return { id: same.id, status: 'duplicate' };
  const asset = createAsset(immich, {
    ...form,
    ownerId: user.id,
    fileCreatedAt: fromIso(form.fileCreatedAt),
    fileModifiedAt: fromIso(form.fileModifiedAt),
  });
  for (const { key, value } of form.metadata)
    asset.metadata.set(key, { value, updatedAt: immich.state.now() });
  processUpload(immich, asset);
  void reply.code(201);
  return { id: asset.id, status: 'created' };
}

function bulkUploadCheck(call: Call): unknown {
  const { assets } = checked<{ assets: { id: string; checksum: string }[] }>(call.body, {
    assets: listOf(shape({ id: anyString, checksum: anyString })),
  });
  const results = assets.map(({ id, checksum }) => {
    const known = duplicateOf(call, toBase64(checksum));
    if (!known) return { id, action: 'accept' };
    return {
      id,
      action: 'reject',
      reason: 'duplicate',
      assetId: known.id,
      isTrashed: known.deletedAt !== null,
    };
  });
  return { results };
}

/** Pictures out and in: IMMICH.md §4 and §9. */
export const mediaRoutes: Route[] = [
  { method: 'GET', path: '/assets/:id/thumbnail', permission: 'asset.view', answer: thumbnail },
  { method: 'GET', path: '/assets/:id/original', permission: 'asset.download', answer: original },
  { method: 'POST', path: '/assets', permission: 'asset.upload', answer: upload },
  { method: 'POST', path: '/assets/bulk-upload-check', permission: 'asset.upload', answer: bulkUploadCheck },
];
