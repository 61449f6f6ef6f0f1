import { FatalError, exitCodes } from '../errors.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import type { StateJson } from '../state/checkpoints.js';

/**
 * An account's name stands for one user of one server, for ever: another user under the same name would look as if every
 * photo had been deleted. Throws `ACCOUNT_CHANGED`, and `ACCOUNT_TWICE` for two accounts of one user.
 */
export async function requireSameAccount(
  { name, server, source }: ImmichAccount,
  all: readonly ImmichAccount[],
  json: StateJson,
): Promise<void> {
  const { userId, userName } = source.capabilities;
  const twin = all.find(
    (other) =>
      other.name !== name &&
      other.server === server &&
      other.source.isOpen &&
      other.source.capabilities.userId === userId,
  );
  if (twin !== undefined)
    throw new FatalError(
      'ACCOUNT_TWICE',
      `The accounts "${name}" and "${twin.name}" are the same Immich user (${userName}); remove one`,
      exitCodes.usage,
    );
  const known = json.accountIdentity(name);
  if (known !== null && known !== userId)
    throw new FatalError(
      'ACCOUNT_CHANGED',
      `The account "${name}" was another Immich user before; now its key belongs to ${userName}. Give the new one another name (accounts: - name: …) or another --state-dir`,
      exitCodes.usage,
    );
  await json.rememberAccount(name, userId);
}
