/* Which run `undo --last` means. */
import t, { type Test } from 'tap';
import { openJournalForReading } from '../../src/state/open-state.js';
import { ManualClock } from '../support/clocks.js';
import {
  copyOf,
  libraryStage,
  libraryTags,
  runScan,
  runUndo,
  type AgentStage,
} from '../support/agent-stage.js';

const tag = 'possible-duplicate';

/** Three scans, each with labels of its own. */
async function threeRuns(t: Test): Promise<{ stage: AgentStage; runs: readonly string[] }> {
  const stage = await libraryStage(t);
  const runs = [(await runScan(stage.config)).run];
  for (const [name, seed] of [
    ['hut-small', 3],
    ['road-small', 4],
  ] as const) {
    await stage.add(name, await copyOf(seed, 'small'));
    runs.push((await runScan(stage.config)).run);
  }
  return { stage, runs };
}

function commands({ stateDir }: AgentStage): (readonly [string, boolean])[] {
  const journal = openJournalForReading(stateDir, new ManualClock());
  const runs = journal?.runs() ?? [];
  journal?.close();
  return runs.map(({ command, undone }) => [command, undone] as const);
}

void t.test('a second undo --last takes back the run before, and so on to the first', async (t) => {
  const { stage, runs } = await threeRuns(t);
  const last = (): Promise<unknown> => runUndo(stage.config, 'last');
  t.match(await last(), { run: runs[2], paused: true });
  t.same(await stage.tags(), { ...libraryTags, 'hut-small': [tag] });
  t.match(await last(), { run: runs[1] });
  t.same(await stage.tags(), libraryTags);
  t.match(await last(), { run: runs[0] });
  t.same(await stage.tags(), {});
  t.match(await last(), { run: null, operations: [], failed: 0, paused: false });
  t.same(commands(stage), [
    [`undo --run ${runs[0] ?? ''}`, false],
    [`undo --run ${runs[1] ?? ''}`, false],
    [`undo --run ${runs[2] ?? ''}`, false],
    ['scan', true],
    ['scan', true],
    ['scan', true],
  ]);
});

void t.test('a run that was taken back by its id is not the last', async (t) => {
  const { stage, runs } = await threeRuns(t);
  await runUndo(stage.config, { run: runs[2] ?? '' });
  t.match(await runUndo(stage.config, 'last'), { run: runs[1] });
});

void t.test('after undo --all there is no last run, until a scan has written again', async (t) => {
  const { stage } = await threeRuns(t);
  await runUndo(stage.config, 'all');
  t.match(await runUndo(stage.config, 'last'), { run: null, operations: [] });
  const { run } = await runScan(stage.config);
  t.equal(Object.keys(await stage.tags()).length, 5);
  t.match(await runUndo(stage.config, 'last'), { run });
  t.same(await stage.tags(), {});
});

void t.test('a run of which nothing is left to take back is passed over the next time', async (t) => {
  const { stage, runs } = await threeRuns(t);
  stage.standIn.deleteForever([stage.id('road-small')]);
  t.match(await runUndo(stage.config, 'last'), { run: runs[2], operations: [], paused: false });
  t.match(await runUndo(stage.config, 'last'), { run: runs[1] });
  t.same(await stage.tags(), libraryTags);
});

void t.test('a dry run of undo --last leaves it the last', async (t) => {
  const { stage, runs } = await threeRuns(t);
  t.match(await runUndo(stage.config, 'last', { dryRun: true }), { run: runs[2], paused: false });
  t.match(await runUndo(stage.config, 'last'), { run: runs[2] });
});
