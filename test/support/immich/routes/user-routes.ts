import { ApiError } from '../api-error.js';
import { toUserResponse } from '../asset-response.js';
import { anyBoolean, anyObject, checked, oneOf, optional } from '../checks.js';
import { withPatchTwin } from '../route.js';
import type { Call, Route } from '../route.js';
import { toIso } from '../timestamps.js';

function keyResponse({ key }: Call): unknown {
  const createdAt = toIso(key.createdAt);
  return { id: key.id, name: key.name, createdAt, updatedAt: createdAt, permissions: key.permissions };
}

/** Before 1.140 `me` was taken for the id of a key: any key without apiKey.read got a 403. */
function keyById({ params }: Call): unknown {
  throw new ApiError(400, params['id'] === undefined ? 'Validation failed' : 'API Key not found');
}

function me({ user }: Call): unknown {
  const createdAt = toIso(user.createdAt);
  return {
    ...toUserResponse(user),
    storageLabel: null,
    shouldChangePassword: false,
    isAdmin: user.isAdmin,
    createdAt,
    deletedAt: null,
    updatedAt: createdAt,
    oauthId: '',
    quotaSizeInBytes: null,
    quotaUsageInBytes: 0,
    status: 'active',
    license: null,
  };
}

/** The settings a new user starts with; tags are off. */
export const defaultPreferences = (isV3: boolean): Record<string, Record<string, unknown>> => ({
  albums: { defaultAssetOrder: 'desc' },
  folders: { enabled: false, sidebarWeb: false },
  memories: { enabled: true, duration: 5 },
  people: { enabled: true, sidebarWeb: false, ...(isV3 ? { minimumFaces: 3 } : {}) },
  sharedLinks: { enabled: true, sidebarWeb: false },
  ratings: { enabled: false },
  tags: { enabled: false, sidebarWeb: false },
  emailNotifications: { enabled: true, albumInvite: true, albumUpdate: true },
  download: { archiveSize: 4_294_967_296, includeEmbeddedVideos: false },
  purchase: { showSupportBadge: true, hideBuyButtonUntil: '2022-02-12T00:00:00.000Z' },
  cast: { gCastEnabled: false },
  ...(isV3 ? { recentlyAdded: { sidebarWeb: false } } : {}),
});

function updatePreferences({ user, body }: Call): unknown {
  const dto = checked<Record<string, Record<string, unknown>>>(body, { tags: optional(anyObject) });
  for (const [section, settings] of Object.entries(dto)) {
    const known = user.preferences[section];
    if (known) Object.assign(known, settings);
  }
  return user.preferences;
}

function partners({ immich, user, query }: Call): unknown {
  const { direction } = checked<{ direction: string }>(query, {
    direction: oneOf('shared-by', 'shared-with'),
  });
  return immich.state.partners.flatMap(({ from, to, inTimeline }) => {
    const [self, otherId] = direction === 'shared-with' ? [to, from] : [from, to];
    const other = immich.state.users.get(otherId);
    return self === user.id && other ? [{ ...toUserResponse(other), inTimeline }] : [];
  });
}

function updatePartner({ immich, user, params, body }: Call): unknown {
  const { inTimeline } = checked<{ inTimeline: boolean }>(body, { inTimeline: anyBoolean });
  const partner = immich.state.partners.find(({ from, to }) => from === params['id'] && to === user.id);
  const other = immich.state.users.get(params['id'] ?? '');
  if (!partner || !other) throw new ApiError(400, 'Not found or no partner.update access');
  partner.inTimeline = inTimeline;
  return { ...toUserResponse(other), inTimeline };
}

/** The key, its user, and partners. */
export const userRoutes: Route[] = [
  { method: 'GET', path: '/api-keys/me', permission: 'any', from: '1.140', answer: keyResponse },
  { method: 'GET', path: '/api-keys/:id', permission: 'apiKey.read', answer: keyById },
  {
    method: 'POST',
    path: '/auth/validateToken',
    permission: 'any',
    status: 200,
    answer: () => ({ authStatus: true }),
  },
  { method: 'GET', path: '/users/me', permission: 'user.read', answer: me },
  {
    method: 'GET',
    path: '/users/me/preferences',
    permission: 'userPreference.read',
    answer: ({ user }) => user.preferences,
  },
  {
    method: 'PUT',
    path: '/users/me/preferences',
    permission: 'userPreference.update',
    answer: updatePreferences,
  },
  { method: 'GET', path: '/partners', permission: 'partner.read', answer: partners },
  ...withPatchTwin({
    method: 'PUT',
    path: '/partners/:id',
    permission: 'partner.update',
    answer: updatePartner,
  }),
];
