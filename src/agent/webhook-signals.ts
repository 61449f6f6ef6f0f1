import { immichKey, type Signal } from '../model.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import { readWebhook } from '../watchers/webhook.js';

/**
 * What a webhook call means for the accounts there are: look at these photos, where it is clear which server they are on;
 * else look what changed in every account.
 */
export function signalsOfWebhook(body: unknown, accounts: readonly ImmichAccount[]): Signal[] {
  const { assetIds, ownerId } = readWebhook(body);
  const owner = accounts.find(({ source }) => source.isOpen && source.capabilities.userId === ownerId);
  const [server, ...others] = new Set(
    (owner === undefined ? accounts : [owner]).map((account) => account.server),
  );
  if (assetIds === null || server === undefined || others.length > 0)
    return accounts.map(({ name }) => ({ kind: 'changes', source: name }));
  return [{ kind: 'photos', keys: assetIds.map((id) => immichKey(server, id)) }];
}
