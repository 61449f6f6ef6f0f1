import type { FastifyReply } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { Immich } from './immich.js';
import type { KeyRecord, UserRecord } from './records.js';

/** One authorized request as a route sees it. */
export type Call = {
  immich: Immich;
  user: UserRecord;
  key: KeyRecord;
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
  headers: IncomingHttpHeaders;
  reply: FastifyReply;
};

/** One route of the API, below /api. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:id` for a UUID (checked before `answer` is called) and `:key` for any text. */
  path: string;
  /** The one permission the key must name; 'any' = any valid key; 'open' = no key at all. */
  permission: string;
  /** The first release that has the route. */
  from?: string;
  status?: 200 | 201 | 204;
  answer(call: Call): unknown;
};

/** The same route under PATCH, as v3 has it beside every PUT that updates. */
export const withPatchTwin = (route: Route): Route[] => [route, { ...route, method: 'PATCH', from: '3.0' }];
