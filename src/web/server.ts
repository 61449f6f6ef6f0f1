import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
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
  readonly commands: Readonly<Record<string, WebCommand>>;
  readonly log: Log;
}

/**
 * Reads what is asked for: throws a FatalError, answered by 400, when that is no request. What it returns does it: each line of
 * progress goes to `tell`, and it throws what the command would.
 */
export type WebCommand = (body: unknown) => (tell: (line: string) => void) => Promise<unknown>;

/** Largest body taken, bytes: a webhook of Immich with all EXIF has a few kilobytes. */
const bodyLimit = 1_048_576;
const webhookRoute = '/hooks/immich';

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
    this.#requireOwnName(app);
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

  /**
   * A web page may bind its own name to 127.0.0.1 and then ask the agent in the name of whoever looks at it: on loopback only
   * names that no stranger can bind are answered. The webhook has its secret, and may come by any name.
   */
  #requireOwnName(app: FastifyInstance): void {
    const { host, log } = this.#options;
    if (!isLoopback(host)) return;
    app.addHook('onRequest', async (request, reply) => {
      const name = nameOf(request.headers.host);
      const isOwn = name === null || isIP(name) !== 0 || name === 'localhost' || name === host.toLowerCase();
      if (isOwn || request.routeOptions.url === webhookRoute) return;
      log.warn({ host: name, from: request.ip }, 'a request by a strange name was refused');
      await reply.code(421).send({ message: `This agent does not answer to the name ${name}` });
    });
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
    app.post(webhookRoute, { onRequest }, (request, reply) => {
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
      for (const [name, command] of Object.entries(commands))
        control.post(`/api/${name}`, async (request, reply) => {
          try {
            const work = command(parseBody(request.body));
            await answerLines(reply, work);
          } catch (error) {
            if (!(error instanceof FatalError)) throw error;
            await reply.code(400).send({ message: error.message, code: error.code });
          }
        });
      done();
    });
  }
}

/** Answers with lines of JSON: progress, and last the result or the error. */
async function answerLines(reply: FastifyReply, work: ReturnType<WebCommand>): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const write = (message: unknown): void => void raw.write(`${JSON.stringify(message)}\n`);
  try {
    const result = await work((line) => write({ progress: line }));
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
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The name in a Host header, without its port; null when there is no header, as no browser sends it. */
function nameOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [, address, name] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/u.exec(header) ?? [];
  return (address ?? name ?? '').toLowerCase();
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
