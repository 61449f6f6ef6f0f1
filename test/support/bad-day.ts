import type { Test } from 'tap';
import { exitCodeOf } from '../../src/commands/context.js';
import type { Config } from '../../src/config.js';
import { OrganizerError, describeError } from '../../src/errors.js';
import { immichKey } from '../../src/model.js';
import { openIndexForReading } from '../../src/state/open-state.js';
import { libraryTags, runScan, tagOnly, type AgentStage } from './agent-stage.js';
import type { Fault, FaultHook } from './immich/faults.js';
import type { MemoryLog } from './memory-log.js';
import { until } from './until.js';

export interface Failure {
  readonly code: string;
  readonly exitCode: number;
  readonly message: string;
}

/** What the scan ends with for whoever typed it. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    const code = error instanceof OrganizerError ? error.code : 'UNFORESEEN';
    return { code, exitCode: exitCodeOf(error), message: describeError(error) };
  }
  return { code: 'NO FAILURE', exitCode: 0, message: '' };
}

/** The cause is gone: one run, and all is as if nothing had ever happened to `libraryStage`. */
export async function heals(t: Test, stage: AgentStage, config: Config = stage.config): Promise<void> {
  stage.standIn.faults.clear();
  const result = await runScan(config);
  t.match(result, { failed: 0, groups: 2, extras: 3, errors: [] });
  t.same(await stage.tags(), libraryTags, 'afterwards all labels are there');
  t.same(stage.standIn.snapshot().tags, [`Anna: ${tagOnly.tag?.name ?? ''}`]);
}

/** Strikes every request of a route. */
export const only =
  (wanted: string, fault: Fault): FaultHook =>
  ({ method, route }) =>
    `${method} ${route}` === wanted ? fault : undefined;

/** Strikes the first `count` requests of a route. */
export function first(count: number, wanted: string, fault: Fault): FaultHook {
  let left = count;
  return ({ method, route }) => (`${method} ${route}` === wanted && left-- > 0 ? fault : undefined);
}

/** What the index says of the looks of a photo: `wanted`, `done`, `failed`; undefined when it does not know it. */
export function fingerprintOf(stage: AgentStage, name: string): string | undefined {
  const index = openIndexForReading(stage.stateDir);
  const state = index?.photos.get(immichKey('home', stage.id(name)))?.fingerprint;
  index?.close();
  return state;
}

/** Fields of all lines of that message. */
export function saidBy(log: MemoryLog, message: string): object[] {
  return log.lines.filter((line) => line.message === message).map(({ fields }) => fields);
}

/** Waits until `libraryStage` carries all its labels. */
export async function untilTagged(t: Test, stage: AgentStage): Promise<void> {
  await until('the tags', async () => Object.keys(await stage.tags()).length === 3);
  t.same(await stage.tags(), libraryTags);
}
