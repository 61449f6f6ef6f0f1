import { FatalError, TerminalError, exitCodes } from '../../errors.js';
import { isApiKey, isPong, isUser, isVersion } from './answers.js';
import type { ImmichClient } from './client.js';
import { isAtLeast, releaseOf, type Release } from './release.js';

/** What a feature of ours needs from Immich. Versions: first release whose routes it can use. */
export interface FeatureNeeds {
  readonly permissions: readonly string[];
  readonly since: string;
  /** True when it changes something on the server. */
  readonly writes?: true;
}

export const featureNeeds = {
  'examine photos': { permissions: ['asset.read', 'asset.view', 'user.read'], since: '1.113.0' },
  'notice deletions': { permissions: ['asset.statistics'], since: '1.137.0' },
  'know albums': { permissions: ['album.read'], since: '1.137.0' },
  tags: { permissions: ['tag.create', 'tag.read', 'tag.asset'], since: '1.137.0', writes: true },
  'tags out of files': {
    permissions: ['tag.read', 'tag.asset', 'asset.read'],
    since: '1.137.0',
    writes: true,
  },
  'delete empty tags': { permissions: ['tag.delete'], since: '1.137.0', writes: true },
  albums: {
    permissions: ['album.create', 'album.read', 'album.delete', 'albumAsset.create', 'albumAsset.delete'],
    since: '1.137.0',
    writes: true,
  },
  'carried albums': {
    permissions: ['album.read', 'albumAsset.create', 'albumAsset.delete'],
    since: '1.137.0',
    writes: true,
  },
  favourites: { permissions: ['asset.update'], since: '1.137.0', writes: true },
  'native duplicates': { permissions: ['asset.update'], since: '1.137.0', writes: true },
  stacks: {
    permissions: ['stack.create', 'stack.read', 'stack.update', 'stack.delete'],
    since: '1.137.0',
    writes: true,
  },
  // The first release that is known to take a rating off again.
  ratings: { permissions: ['asset.update'], since: '2.7.0', writes: true },
  'carried values': { permissions: ['asset.update'], since: '1.137.0', writes: true },
  scores: { permissions: ['asset.read', 'asset.update'], since: '2.5.0', writes: true },
  webhook: { permissions: [], since: '3.0.0' },
} as const satisfies Record<string, FeatureNeeds>;

export type Feature = keyof typeof featureNeeds;

/** What one server lets one key do: probed once, carried as data. */
export interface Capabilities {
  /** `3.1.0` */
  readonly version: string;
  readonly release: Release;
  /** Id of the user that the key belongs to. */
  readonly userId: string;
  readonly userName: string;
  /** Permissions of the key; null where the server does not tell (before 1.140). */
  readonly permissions: ReadonlySet<string> | null;
  /** True when this release knows how to write to that version. */
  readonly writable: boolean;
  /** True when the server is a later major release than this one knows. */
  readonly isTooNew: boolean;
}

const newestMajor = 3;

/**
 * Asks the server who it is and what the key may do. Throws FatalErrors that say what to mend; `ACCOUNT_CHANGED` when the
 * key belongs to another user than `knownUserId`.
 */
export async function probeCapabilities(client: ImmichClient, knownUserId?: string): Promise<Capabilities> {
  const version = await probeVersion(client);
  const permissions = await probePermissions(client);
  requirePermissions(permissions, featureNeeds['examine photos'].permissions);
  const { body: user } = await client.json({ method: 'GET', route: '/users/me' }, isUser);
  if (knownUserId !== undefined && knownUserId !== user.id)
    throw new FatalError(
      'ACCOUNT_CHANGED',
      `${client.baseUrl} answers as another user (${user.name}) than before; nothing was changed`,
      exitCodes.usage,
    );
  const [major = 0] = version.split('.').map(Number);
  return {
    version,
    release: releaseOf(version),
    userId: user.id,
    userName: user.name,
    permissions,
    writable: major <= newestMajor && isAtLeast(version, featureNeeds.tags.since),
    isTooNew: major > newestMajor,
  };
}

async function probeVersion(client: ImmichClient): Promise<string> {
  await client.json({ method: 'GET', route: '/server/ping', isPublic: true }, isPong);
  const { body } = await client.json({ method: 'GET', route: '/server/version', isPublic: true }, isVersion);
  return `${body.major}.${body.minor}.${body.patch}`;
}

/** `GET /api-keys/me` needs no permission and exists since 1.140; before that nothing tells. */
async function probePermissions(client: ImmichClient): Promise<ReadonlySet<string> | null> {
  try {
    const { body } = await client.json({ method: 'GET', route: '/api-keys/me' }, isApiKey);
    return new Set(body.permissions);
  } catch (error) {
    // Before 1.140 the route is that of a key by id, and "me" is none: 404 or 400.
    if (error instanceof TerminalError) return null;
    if (error instanceof FatalError && error.code === 'IMMICH_FORBIDDEN') return null;
    throw error;
  }
}

/** Permissions of the list that the key lacks; empty when all are there or when the server does not tell. */
export function missingPermissions(
  granted: ReadonlySet<string> | null,
  needed: readonly string[],
): readonly string[] {
  if (granted === null || granted.has('all')) return [];
  return needed.filter((permission) => !granted.has(permission));
}

function requirePermissions(granted: ReadonlySet<string> | null, needed: readonly string[]): void {
  const problem = lackOf(granted, needed);
  if (problem !== null) throw problem;
}

function lackOf(granted: ReadonlySet<string> | null, needed: readonly string[]): FatalError | null {
  const missing = missingPermissions(granted, needed);
  if (missing.length === 0) return null;
  return new FatalError(
    'IMMICH_FORBIDDEN',
    `The API key lacks the permission ${missing.join(', ')}; add it in Account settings > API keys`,
    exitCodes.refused,
  );
}

/** Why the server or the key cannot do it, naming what is missing; null when they can. */
export function problemWith(capabilities: Capabilities, feature: Feature, force: boolean): FatalError | null {
  const needs: FeatureNeeds = featureNeeds[feature];
  if (!capabilities.writable && !force)
    return new FatalError(
      'IMMICH_VERSION',
      `Immich ${capabilities.version} is not known to this release (it writes to 1.137 up to ${newestMajor}.x), so nothing is written to it; --force-version writes all the same`,
      exitCodes.refused,
    );
  if (!isAtLeast(capabilities.version, needs.since) && !force)
    return new FatalError(
      'IMMICH_VERSION',
      `Immich ${capabilities.version} has no ${feature}: that needs ${needs.since}`,
      exitCodes.refused,
    );
  return lackOf(capabilities.permissions, needs.permissions);
}

/** True when the key has, or may have, what the feature needs. */
export function hasFeature(capabilities: Capabilities, feature: Feature): boolean {
  const needs: FeatureNeeds = featureNeeds[feature];
  return (
    isAtLeast(capabilities.version, needs.since) &&
    missingPermissions(capabilities.permissions, needs.permissions).length === 0
  );
}
