import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { FatalError, describeError, exitCodes } from '../errors.js';
import type { Log } from '../ports.js';

export interface WebServerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Secret of the webhook; null = the webhook is off. */
  readonly webhookSecret: string | null;
  /** Secrets that open the control routes: that of the config, and that of this process for commands of the same user. */
  readonly tokens: readonly string[];
  /** Takes a webhook's body. Returns at once. */
  readonly onWebhook: (body: unknown) => void;
  readonly status: () => Promise<unknown>;
  /** Does what a command asks for; each line of progress goes to `tell`. Throws what the command would. */
  readonly commands: Readonly<
    Record<string, (body: unknown, tell: (line: string) => void) => Promise<unknown>>
  >;
  readonly log: Log;
}

/** Largest body taken, bytes: a webhook of Immich with all EXIF has a few kilobytes. */
const bodyLimit = 1_048_576;

/** The agent's HTTP interface: health, status, the webhook, and commands handed over by the command line. */
export class WebServer {
  readonly #options: WebServerOptions;
  #app: FastifyInstance | null = null;

  constructor(options: WebServerOptions) {
    this.#options = options;
  }

  /** Listens and returns the address. Throws `PORT_IN_USE`. */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    const app = fastify({ bodyLimit, logger: false, forceCloseConnections: true });
    this.#app = app;
    // A webhook may send any content type, or a body that is no JSON: it then means "look now".
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    app.get('/health', (_request, reply) => reply.send({ ok: true }));
    this.#addWebhook(app);
    this.#addControl(app);
    try {
      return await app.listen({ host, port });
    } catch (error) {
      throw new FatalError(
        'PORT_IN_USE',
        `The agent cannot listen on ${host}:${port}; set server.port (0 = any free one)`,
        exitCodes.usage,
        { cause: error },
      );
    }
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#app = null;
  }

  #addWebhook(app: FastifyInstance): void {
    const { webhookSecret, onWebhook } = this.#options;
    // Before the body is read.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      if (webhookSecret === null)
        await reply.code(403).send({ message: 'The webhook is off: set server.webhook_secret' });
      else if (!isOneOf(secretOf(request.headers, 'x-webhook-secret'), [webhookSecret]))
        await refuse(request, reply, this.#options.log);
    };
    app.post('/hooks/immich', { onRequest }, (request, reply) => {
      onWebhook(parseBody(request.body));
      return reply.code(202).send({ accepted: true });
    });
  }

  #addControl(app: FastifyInstance): void {
    const { tokens, status, commands, log } = this.#options;
    void app.register((control, _options, done) => {
      control.addHook('onRequest', async (request, reply) => {
        if (!isOneOf(secretOf(request.headers, 'x-token'), tokens)) await refuse(request, reply, log);
      });
      control.get('/api/status', () => status());
      for (const [name, run] of Object.entries(commands))
        control.post(`/api/${name}`, async (request, reply) => {
          reply.hijack();
          const { raw } = reply;
          raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
          const write = (message: unknown): void => void raw.write(`${JSON.stringify(message)}\n`);
          try {
            const result = await run(parseBody(request.body), (line) => write({ progress: line }));
            write({ result });
          } catch (error) {
            const fatal = error instanceof FatalError ? error : null;
            write({
              error: describeError(error),
              code: fatal?.code ?? 'FAILED',
              exitCode: fatal?.exitCode ?? exitCodes.failed,
            });
          }
          raw.end();
        });
      done();
    });
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  log.warn(
    { route: request.url.split('?')[0], from: request.ip },
    'a request without the right secret was refused',
  );
  return reply.code(401).send({ message: 'The secret is missing or wrong' });
}

/** The secret in a header of its own, or as a bearer token; empty when there is none. */
function secretOf(headers: IncomingHttpHeaders, name: string): string {
  const own = headers[name];
  if (typeof own === 'string') return own;
  return /^Bearer (.+)$/iu.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** In constant time, whatever the lengths. */
function isOneOf(given: string, secrets: readonly string[]): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const mine = digest(given);
  return secrets.map((secret) => secret !== '' && timingSafeEqual(mine, digest(secret))).includes(true);
}

function parseBody(body: unknown): unknown {
  if (typeof body !== 'string') return null;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
