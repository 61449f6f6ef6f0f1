import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Clock } from '../../src/ports.js';
import { openState, type State } from '../../src/state/open-state.js';
import { ManualClock } from './manual-clock.js';
import { memoryLog } from './memory-log.js';

/** The real stores in a directory of their own, which may be closed and opened again. */
export interface TempState {
  readonly dir: string;
  /** The open stores. */
  readonly state: () => State;
  /** As a restart would: what was on disk is read again. */
  readonly reopen: () => Promise<State>;
}

/** Opens fresh stores below the test's directory; closed when the test ends. */
export async function tempState(t: Test, clock: Clock = new ManualClock()): Promise<TempState> {
  return stateIn(t, t.testdir({}), clock);
}

/** Makes many fresh stores in one test: `t.testdir()` can be made once only. */
export function tempStates(t: Test): () => Promise<TempState> {
  const root = t.testdir({});
  return () => stateIn(t, mkdtempSync(join(root, 'state-')), new ManualClock());
}

async function stateIn(t: Test, dir: string, clock: Clock): Promise<TempState> {
  const open = (): Promise<State> => openState({ dir, command: 'test', clock, log: memoryLog() });
  let state = await open();
  t.teardown(() => state.close());
  return {
    dir,
    state: () => state,
    reopen: async () => {
      state.close();
      state = await open();
      return state;
    },
  };
}
