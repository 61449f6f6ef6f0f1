import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Numbers of the photos that carry a tag, and of those whose thumbnail was asked for. */
export interface Seen {
  readonly tagged: readonly number[];
  readonly served: readonly number[];
}

export interface BenchServer {
  readonly url: string;
  seen(): Promise<Seen>;
  /** Safe to repeat. */
  end(): Promise<void>;
}

/** Starts `server.ts` in a process of its own; resolves when it serves. */
export async function startServer(args: readonly string[]): Promise<BenchServer> {
  const program = new URL('server.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  const started = once(createInterface(server.stdout), 'line') as Promise<[string]>;
  const [url] = await Promise.race([
    started,
    exited.then(() => Promise.reject(new Error('the server did not start'))),
  ]);
  return {
    url,
    seen: async () => (await (await fetch(`${url}/seen`)).json()) as Seen,
    end: async () => {
      server.kill();
      await exited;
    },
  };
}
