import { randomUUID } from 'node:crypto';
import type { Run } from '../label-ports.js';
import type { Clock } from '../ports.js';

/** A run with an id that a person can type: its time and four more digits. Enters the journal with its first operation. */
export function newRun(command: string, clock: Clock): Run {
  const time = new Date(clock.now()).toISOString().slice(0, 19);
  return { id: `${time}-${randomUUID().slice(0, 4)}`, command };
}
