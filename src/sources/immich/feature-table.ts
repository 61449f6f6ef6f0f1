import { FatalError, TerminalError } from '../../errors.js';
import { isPreferences, isServerFeatures } from './answers.js';
import {
  featureNeeds,
  missingPermissions,
  type Capabilities,
  type Feature,
  type FeatureNeeds,
} from './capabilities.js';
import type { ImmichClient } from './client.js';
import { isAtLeast } from './release.js';

/** What `doctor` says of one feature on one server. */
export interface FeatureRow {
  readonly feature: Feature;
  readonly needsVersion: string;
  readonly needsPermissions: readonly string[];
  /** `unknown`: the server does not tell what the key may do (before 1.140), and it was not tried. */
  readonly works: 'yes' | 'no' | 'unknown';
  /** Why not; null when it works. */
  readonly why: string | null;
  /** False when the server is older than `needsVersion`. */
  readonly versionFits: boolean;
  /** Permissions that the key lacks, or that were refused to it. */
  readonly missing: readonly string[];
}

/** `refused`: permissions that the server was seen to refuse to the key; they count where it does not tell. */
export function featureTable(capabilities: Capabilities, refused: ReadonlySet<string>): FeatureRow[] {
  return Object.entries(featureNeeds).map(([feature, needs]: [string, FeatureNeeds]) => {
    const { version, permissions } = capabilities;
    const versionFits = isAtLeast(version, needs.since);
    const missing = missingOf(permissions, refused, needs.permissions);
    const why = whyNot(capabilities, needs, missing);
    const canTell = permissions !== null || needs.permissions.length === 0;
    return {
      feature: feature as Feature,
      needsVersion: needs.since,
      needsPermissions: needs.permissions,
      works: why !== null ? 'no' : canTell ? 'yes' : 'unknown',
      why: why ?? (canTell ? null : 'not tried yet: this Immich does not tell what a key may do'),
      versionFits,
      missing,
    };
  });
}

function missingOf(
  permissions: Capabilities['permissions'],
  refused: ReadonlySet<string>,
  needed: readonly string[],
): readonly string[] {
  if (permissions === null) return needed.filter((permission) => refused.has(permission));
  return missingPermissions(permissions, needed);
}

function whyNot(
  { version, permissions, writable }: Capabilities,
  { since, writes }: FeatureNeeds,
  missing: readonly string[],
): string | null {
  if (!isAtLeast(version, since)) return `needs Immich ${since}`;
  if (writes === true && !writable) return `Immich ${version} is not known; --force-version writes`;
  if (missing.length === 0) return null;
  return `${permissions === null ? 'was refused' : 'the key lacks'} ${missing.join(', ')}`;
}

/** Whether the account's web pages show tags (off by default); null where the key may not know (`userPreference.read`). */
export async function areTagsShown(client: ImmichClient): Promise<boolean | null> {
  try {
    const { body } = await client.json({ method: 'GET', route: '/users/me/preferences' }, isPreferences);
    return body.tags.enabled;
  } catch (error) {
    if (error instanceof TerminalError) return null;
    if (error instanceof FatalError && error.code === 'IMMICH_FORBIDDEN') return null;
    throw error;
  }
}

/** Whether Immich's own duplicate detection (machine learning) is switched on: `GET /server/features`, for anybody, 1.113 to 3.x. */
export async function detectsDuplicates(client: ImmichClient): Promise<boolean> {
  const request = { method: 'GET', route: '/server/features', isPublic: true } as const;
  return (await client.json(request, isServerFeatures)).body.duplicateDetection;
}
