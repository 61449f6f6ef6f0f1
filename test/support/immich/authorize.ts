import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';
import type { Immich } from './immich.js';
import type { KeyRecord, UserRecord } from './records.js';

const NOBODY: UserRecord = { id: '', name: '', email: '', isAdmin: false, createdAt: 0, preferences: {} };
const NO_KEY: KeyRecord = { id: '', secret: '', userId: '', name: '', permissions: [], createdAt: 0 };

/** Finds the key of a request and holds it against the route's one permission: matched exactly, no hierarchy. */
export function authorize(
  { state }: Immich,
  permission: string,
  headers: IncomingHttpHeaders,
  query: Record<string, string>,
): { key: KeyRecord; user: UserRecord } {
  if (permission === 'open') return { key: NO_KEY, user: NOBODY };
  if (/^bearer /i.test(headers.authorization ?? '')) throw new ApiError(401, 'Invalid user token');
  const secret = headers['x-api-key'] ?? query['apiKey'];
  if (typeof secret !== 'string' || secret === '') throw new ApiError(401, 'Authentication required');
  const key = state.keys.get(secret);
  const user = key && state.users.get(key.userId);
  if (!user) throw new ApiError(401, 'Invalid API key');
  if (permission !== 'any' && !key.permissions.includes('all') && !key.permissions.includes(permission)) {
    throw new ApiError(403, `Missing required permission: ${permission}`);
  }
  return { key, user };
}
