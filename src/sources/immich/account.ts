import type { PhotoKey, SourceName } from '../../model.js';
import { AssetLookup } from './asset-lookup.js';
import { ImmichClient, type ImmichClientOptions } from './client.js';
import type { ConnectionSettings } from './http.js';
import { ImmichLabels } from './immich-labels.js';
import type { Preference } from '../preferred-places.js';
import { ImmichSource } from './immich-source.js';
import type { Refusals } from './refusals.js';

export interface AccountSettings extends ConnectionSettings {
  readonly name: string;
  readonly server: string;
}

/** One Immich account: its photos and its labels over one client. */
export interface ImmichAccount {
  readonly name: SourceName;
  readonly server: string;
  readonly client: ImmichClient;
  readonly source: ImmichSource;
  readonly labels: ImmichLabels;
}

type AccountOptions = Pick<ImmichClientOptions, 'patienceMs' | 'stopping' | 'clock' | 'log'> & {
  /** True where the journal says that a favourite of the account is ours; without it all are a person's. */
  readonly isOurFavorite?: (source: SourceName, key: PhotoKey) => boolean;
  /** Default: no place is preferred. */
  readonly preferenceOf?: Preference;
  /** What is known of its key from earlier. */
  readonly refusalsOf?: (source: SourceName) => Refusals;
};

/** Puts the parts of one account together; no I/O. `others` are all accounts, itself included. */
export function createAccount(
  settings: AccountSettings,
  others: () => readonly ImmichAccount[],
  options: AccountOptions,
): ImmichAccount {
  const name = settings.name as SourceName;
  const { server } = settings;
  const refusals = options.refusalsOf?.(name);
  const client = new ImmichClient({ ...settings, ...options, ...(refusals && { refusals }) });
  const listedElsewhere = (): ReadonlySet<string> =>
    new Set(
      others()
        .filter((other) => other.server === server && other.name !== name && other.source.isOpen)
        .map((other) => other.source.capabilities.userId),
    );
  const lookup = new AssetLookup(client, options.clock);
  const preferenceOf = options.preferenceOf ?? ((): number => 0);
  const isOurFavorite = (key: PhotoKey): boolean => options.isOurFavorite?.(name, key) === true;
  const source = new ImmichSource({
    ...{ ...options, name, server, client, lookup, listedElsewhere, isOurFavorite, preferenceOf },
  });
  const labels = new ImmichLabels({
    source: name,
    server,
    client,
    lookup,
    userId: () => source.capabilities.userId,
    release: () => source.capabilities.release,
    version: () => source.capabilities.version,
  });
  return { name, server, client, source, labels };
}
