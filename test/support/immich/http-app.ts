import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiError, errorBody } from './api-error.js';
import { authorize } from './authorize.js';
import { checked, uuid } from './checks.js';
import type { Fault, Faults } from './faults.js';
import type { Immich } from './immich.js';
import type { LoggedRequest, RequestLog } from './request-log.js';
import type { Route } from './route.js';

const JSON_LIMIT_BYTES = 10 * 1024 * 1024;
const UPLOAD_LIMIT_BYTES = 1024 * 1024 * 1024;
const GZIP_FROM_BYTES = 1024;
const zip = promisify(gzip);

/** What the HTTP side needs besides the state. */
export type AppParts = { immich: Immich; requests: RequestLog; faults: Faults; routes: readonly Route[] };

const logged = new WeakMap<FastifyRequest, LoggedRequest>();
const pending = new WeakMap<FastifyRequest, Fault>();

/** The HTTP surface: parsing, log, faults, keys, routes, error bodies, gzip. Not listening yet. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: JSON_LIMIT_BYTES,
    routerOptions: { maxParamLength: 10_000, ignoreTrailingSlash: true },
  });
  parseBodies(app);
  app.addHook('onRequest', (request, _reply, done) => {
    logged.set(request, parts.requests.add(toEntry(request)));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const entry = logged.get(request);
    if (entry) entry.status = reply.statusCode;
    done();
  });
  app.addHook('preHandler', (request, reply) => applyFault(parts.faults, request, reply));
  app.addHook('onSend', (request, reply, payload) => finish(request, reply, payload));
  app.setErrorHandler((error, request, reply) =>
    answerError(parts.immich, toApiError(error), request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    const error = new ApiError(404, `Cannot ${request.method} ${request.url}`);
    return answerError(parts.immich, error, request, reply);
  });
  for (const route of parts.routes) addRoute(app, parts.immich, route);
  await app.ready();
  return app;
}

function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : (JSON.parse(text.toString()) as unknown));
    } catch (error) {
      done(new ApiError(400, error instanceof Error ? error.message : 'Bad JSON'));
    }
  });
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT_BYTES },
    (_request, body, done) => {
      done(null, body);
    },
  );
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));
}

function toEntry(request: FastifyRequest): LoggedRequest {
  const pattern = request.routeOptions.url;
  const route = pattern === undefined ? '*' : pattern.replace(/^\/api/, '');
  return { method: request.method, route, url: request.url, body: undefined, status: undefined };
}

async function applyFault(faults: Faults, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const entry = logged.get(request);
  if (!entry) return undefined;
  entry.body = Buffer.isBuffer(request.body) ? undefined : request.body;
  const fault = await faults.find(entry);
  if (fault === undefined) return undefined;
  if (fault === 'reset') {
    reply.hijack();
    request.raw.socket.resetAndDestroy();
    return reply;
  }
  if (fault === 'stall') return reply.hijack();
  if (typeof fault === 'object' && 'answer' in fault) {
    reply.hijack();
    fault.answer(reply.raw);
    return reply;
  }
  if (fault === 'truncate' || fault === 'reset-after' || 'change' in fault) {
    pending.set(request, fault);
    return undefined;
  }
  const body = fault.body ?? { message: 'fault' };
  return reply
    .code(fault.status)
    .headers(fault.headers ?? {})
    .send(body);
}

/** Gzip when wanted; then the faults that hit an answer on its way out. */
async function finish(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const fault = pending.get(request);
  if (typeof fault === 'object' && 'change' in fault) return changed(reply, payload, fault);
  const isText = typeof payload === 'string';
  const bytes = isText ? Buffer.from(payload) : payload;
  if (fault !== undefined) {
    breakOff(request, reply, Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0), fault);
    return new Promise(() => undefined);
  }
  const wantsGzip = /\bgzip\b/.test([request.headers['accept-encoding']].join());
  if (!isText || !wantsGzip || !Buffer.isBuffer(bytes) || bytes.length < GZIP_FROM_BYTES) return payload;
  void reply
    .header('content-encoding', 'gzip')
    .header('vary', 'Accept-Encoding')
    .removeHeader('content-length');
  return zip(bytes, { level: 1 });
}

function changed(
  reply: FastifyReply,
  payload: unknown,
  { change, headers = {} }: Extract<Fault, { change: unknown }>,
): unknown {
  void reply.headers(headers);
  return typeof payload === 'string' ? JSON.stringify(change(JSON.parse(payload))) : payload;
}

function breakOff(request: FastifyRequest, reply: FastifyReply, bytes: Buffer, fault: Fault): void {
  const { socket } = request.raw;
  if (fault === 'reset-after') {
    socket.resetAndDestroy();
    return;
  }
  const contentType = String(reply.getHeader('content-type') ?? 'application/json; charset=utf-8');
  reply.raw.writeHead(reply.statusCode, {
    'content-type': contentType,
    'content-length': Math.max(2, bytes.length),
  });
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy());
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(500, 'Internal server error');
}

function answerError(
  immich: Immich,
  error: ApiError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const sent = request.headers['x-correlation-id'];
  const correlationId = typeof sent === 'string' ? sent : Math.floor(immich.random() * 36 ** 8).toString(36);
  return reply
    .code(error.status)
    .header('x-correlation-id', correlationId)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error, immich.version, correlationId)));
}

function addRoute(app: FastifyInstance, immich: Immich, route: Route): void {
  if (route.from !== undefined && !immich.version.since(route.from)) return;
  app.route({
    method: route.method,
    url: `/api${route.path}`,
    handler: async (request, reply) => {
      const query = request.query as Record<string, string>;
      const { key, user } = authorize(immich, route.permission, request.headers, query);
      const entry = logged.get(request);
      if (entry) entry.user = user.name;
      const params = request.params as Record<string, string>;
      for (const name of Object.keys(params)) if (name !== 'key') checked(params, { [name]: uuid });
      void reply.code(route.status ?? 200);
      const { headers, body } = request;
      const answer = await route.answer({ immich, user, key, params, query, body, headers, reply });
      if (reply.sent || answer === reply) return reply;
      if (answer === undefined || Buffer.isBuffer(answer) || answer === '') return reply.send(answer);
      return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
    },
  });
}
