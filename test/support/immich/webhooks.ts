import type { Immich } from './immich.js';
import type { AssetRecord } from './records.js';
import { toIso } from './timestamps.js';

/** What Immich 3 tells the receiver; exifInfo is null at AssetCreate because nothing was read yet. */
function webhookBody(asset: AssetRecord, trigger: string): Record<string, unknown> {
  return {
    type: 'AssetV1',
    trigger,
    data: {
      asset: {
        id: asset.id,
        ownerId: asset.ownerId,
        type: asset.type,
        status: asset.deletedAt === null ? 'active' : 'trashed',
        visibility: asset.visibility,
        checksum: { type: 'Buffer', data: [...Buffer.from(asset.checksum, 'base64')] },
        originalPath: asset.originalPath,
        originalFileName: asset.originalFileName,
        createdAt: toIso(asset.createdAt),
        updatedAt: toIso(asset.updatedAt),
        stackId: asset.stackId,
        duplicateId: asset.duplicateId,
        isExternal: asset.libraryId !== null,
        exifInfo: trigger === 'AssetCreate' ? null : { ...asset.exif },
      },
    },
  };
}

/** Fires the owner's enabled workflows with this trigger: one try each, whatever the receiver answers. */
export function fireWorkflows(immich: Immich, trigger: string, asset: AssetRecord): void {
  for (const workflow of immich.state.workflows.values()) {
    if (!workflow.enabled || workflow.trigger !== trigger || workflow.ownerId !== asset.ownerId) continue;
    for (const step of workflow.steps)
      if (step.enabled)
        immich.background.after(0, () => send(immich, step.config ?? {}, webhookBody(asset, trigger)));
  }
}

async function send(
  immich: Immich,
  config: Record<string, unknown>,
  body: Record<string, unknown>,
): Promise<void> {
  const { url, headerName, headerValue, method } = config;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `immich-server/${immich.version.name}`,
  };
  if (typeof headerName === 'string' && typeof headerValue === 'string') headers[headerName] = headerValue;
  try {
    const answer = await fetch(String(url), {
      method: method === 'PUT' ? 'PUT' : 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    await answer.arrayBuffer();
  } catch {
    immich.log.push(`ERROR webhook to ${String(url)} failed`);
  }
}
