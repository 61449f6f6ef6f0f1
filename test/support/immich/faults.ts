import type { ServerResponse } from 'node:http';
import type { LoggedRequest } from './request-log.js';

/**
 * What shall go wrong with a request. 'reset': the connection breaks before anything was done; 'stall': no answer ever,
 * nothing done; 'truncate': all done, but the answer breaks off half way; 'reset-after': all done, but the connection
 * breaks before the answer. A status is answered instead of doing anything; `answer` writes what it likes instead, byte by
 * byte if need be; `change` alters what was answered in JSON on its way out, and its headers.
 */
export type Fault =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | { answer: (raw: ServerResponse) => void }
  | { change: (body: unknown) => unknown; headers?: Record<string, string> }
  | 'reset'
  | 'stall'
  | 'truncate'
  | 'reset-after';

/** Asked for every request, after its body was read and before the key is looked at; may take its time. */
export type FaultHook = (request: LoggedRequest) => Fault | undefined | Promise<Fault | undefined>;

/** The hooks in force; the first that names a fault wins. */
export class Faults {
  #hooks: FaultHook[] = [];

  add(hook: FaultHook): void {
    this.#hooks.push(hook);
  }

  clear(): void {
    this.#hooks = [];
  }

  /** The fault for this request, if any. */
  async find(request: LoggedRequest): Promise<Fault | undefined> {
    for (const hook of this.#hooks) {
      const fault = await hook(request);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}
