import type { Log } from '../../src/ports.js';

/** A log that keeps what it is told. */
export interface MemoryLog extends Log {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: object }[];
}

export function memoryLog(): MemoryLog {
  const lines: { level: string; message: string; fields: object }[] = [];
  const keep =
    (level: string) =>
    (fields: Record<string, unknown>, message: string): void => {
      lines.push({ level, message, fields });
    };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
