import type { Version } from './version.js';

/** One complaint about a request: v3 shows `issue` (zod's shape), older versions show only `legacy`. */
export type Issue = { issue: Record<string, unknown>; legacy: string };

/** An answer other than success, thrown by the routes. */
export class ApiError extends Error {
  readonly status: number;
  readonly issues: readonly Issue[];

  constructor(status: number, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.issues = issues;
  }
}

const NAMES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
};

/** The body Immich sends with an error: `{message, errors?}` in v3, with error, statusCode and correlationId before. */
export function errorBody(error: ApiError, version: Version, correlationId: string): Record<string, unknown> {
  if (version.since('3.0')) {
    const body: Record<string, unknown> = { message: error.message };
    if (error.issues.length > 0) body['errors'] = error.issues.map(({ issue }) => issue);
    return body;
  }
  return {
    message: error.issues.length > 0 ? error.issues.map(({ legacy }) => legacy) : error.message,
    error: NAMES[error.status] ?? 'Error',
    statusCode: error.status,
    correlationId,
  };
}
