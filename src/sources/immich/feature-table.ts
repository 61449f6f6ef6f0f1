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
  /** `unknown`: the server does not tell what the key may do (before 1.140). */
  readonly works: 'yes' | 'no' | 'unknown';
  /** False when the server is older than `needsVersion`. */
  readonly versionFits: boolean;
  readonly missing: readonly string[];
}

export function featureTable({ version, permissions }: Capabilities): FeatureRow[] {
  return Object.entries(featureNeeds).map(([feature, needs]: [string, FeatureNeeds]) => {
    const missing = missingPermissions(permissions, needs.permissions);
    const versionFits = isAtLeast(version, needs.since);
    const works = !versionFits || missing.length > 0 ? 'no' : permissions === null ? 'unknown' : 'yes';
    return {
      feature: feature as Feature,
      needsVersion: needs.since,
      needsPermissions: needs.permissions,
      works,
      versionFits,
      missing,
    };
  });
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
