/** What a webhook call says: these assets, with their owner where it is known; null = only "look now". */
export interface WebhookNotice {
  readonly assetIds: readonly string[] | null;
  readonly ownerId: string | null;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
/** More ids than this in one call mean "look at everything that changed". */
const mostIds = 1000;

/**
 * Reads the body of a webhook call: that of Immich 3's workflow step (`{ type, trigger, data: { asset: { id, ownerId } } }`),
 * `{ "assetIds": [...] }` of any other caller, or nothing. What is none of these means "look now": never an error.
 */
export function readWebhook(body: unknown): WebhookNotice {
  const lookNow = { assetIds: null, ownerId: null };
  if (!isRecord(body)) return lookNow;
  if (Array.isArray(body.assetIds)) {
    const ids = body.assetIds.filter((id): id is string => typeof id === 'string' && uuid.test(id));
    return ids.length === 0 || ids.length > mostIds ? lookNow : { assetIds: ids, ownerId: null };
  }
  const asset = isRecord(body.data) && isRecord(body.data.asset) ? body.data.asset : {};
  if (typeof asset.id !== 'string' || !uuid.test(asset.id)) return lookNow;
  return { assetIds: [asset.id], ownerId: typeof asset.ownerId === 'string' ? asset.ownerId : null };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
