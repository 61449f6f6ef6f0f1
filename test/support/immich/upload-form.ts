import { ApiError } from './api-error.js';
import { anyString, booleanWord, checked, dateTime, oneOf, optional, uuid } from './checks.js';
import { mimeTypeOf } from './mime-types.js';
import type { FormField } from './multipart.js';
import type { AssetRecord } from './records.js';
import type { Version } from './version.js';

/** The fields of POST /assets, read and checked. */
export type UploadForm = {
  bytes: Buffer;
  fileName: string;
  fileCreatedAt: string;
  fileModifiedAt: string;
  isFavorite: boolean;
  visibility: AssetRecord['visibility'] | undefined;
  livePhotoVideoId: string | undefined;
  durationMs: number | undefined;
  metadata: { key: string; value: object }[];
};

type Texts = {
  fileCreatedAt: string;
  fileModifiedAt: string;
  filename?: string;
  isFavorite?: string;
  visibility?: AssetRecord['visibility'];
  livePhotoVideoId?: string;
  duration?: string;
  metadata?: string;
};

/** Reads the form; missing parts and unknown file types are 400s. Before v3 the device's ids were asked for, too. */
export function toUploadForm(fields: readonly FormField[], version: Version): UploadForm {
  const file = fields.find(({ name, fileName }) => name === 'assetData' && fileName !== undefined);
  const texts = Object.fromEntries(
    fields
      .filter(({ fileName }) => fileName === undefined)
      .map(({ name, content }) => [name, content.toString('utf8')]),
  );
  const name = texts['filename'] ?? file?.fileName ?? '';
  if (file && mimeTypeOf(name) === undefined) throw new ApiError(400, `Unsupported file type ${name}`);
  if (file?.content.length === 0) throw new ApiError(400, 'File is empty');
  const form = checked<Texts>(texts, {
    ...(version.since('3.0') ? {} : { deviceAssetId: anyString, deviceId: anyString }),
    fileCreatedAt: dateTime,
    fileModifiedAt: dateTime,
    isFavorite: optional(booleanWord),
    visibility: optional(oneOf('archive', 'timeline', 'hidden', 'locked')),
    livePhotoVideoId: optional(uuid),
  });
  if (!file) throw new ApiError(400, 'File is required');
  return {
    bytes: file.content,
    fileName: name,
    fileCreatedAt: form.fileCreatedAt,
    fileModifiedAt: form.fileModifiedAt,
    isFavorite: form.isFavorite === 'true',
    visibility: form.visibility,
    livePhotoVideoId: form.livePhotoVideoId,
    durationMs: form.duration === undefined ? undefined : Number(form.duration) || undefined,
    metadata:
      form.metadata === undefined ? [] : (JSON.parse(form.metadata) as { key: string; value: object }[]),
  };
}
