/* Which runs an undo took back, as the journal's commands tell it. */
import t from 'tap';
import { isUndo, undoneRuns } from '../../src/state/undone-runs.js';

/** Runs named a, b, c …, oldest first; of those in `standing` a label stands. */
const undone = (commands: readonly string[], standing = ''): string =>
  [
    ...undoneRuns(
      commands.map((command, at) => {
        const id = String.fromCharCode(97 + at);
        return { id, command, standing: standing.includes(id) ? 1 : 0 };
      }),
    ),
  ]
    .sort()
    .join('');

void t.test('undone by id, or with everything before', (t) => {
  t.equal(undone(['scan', 'agent', 'scan']), '');
  t.equal(undone(['scan', 'agent', 'undo --run a']), 'a');
  t.equal(undone(['scan', 'agent', 'undo --all']), 'ab');
  t.equal(undone(['scan', 'undo --all', 'scan --json']), 'a');
  t.equal(undone(['scan', 'undo --all', 'scan', 'undo --run c']), 'ac');
  t.end();
});

void t.test('an undo that did not reach all leaves its runs to be taken back', (t) => {
  t.equal(undone(['scan', 'undo --all (unfinished)']), '');
  t.equal(undone(['scan', 'undo --run a (unfinished)']), '');
  t.equal(undone(['scan', 'undo --run a (unfinished)', 'undo --run a']), 'a');
  t.end();
});

void t.test('what the agent settles while labelling is paused is no run to take back', (t) => {
  t.equal(undone(['scan', 'undo --run a', 'agent', 'agent']), 'acd');
  t.equal(undone(['scan', 'undo --all (unfinished)', 'agent', 'scan', 'agent']), 'c');
  t.end();
});

void t.test('a journal of an older release says only `undo`', (t) => {
  t.equal(undone(['scan', 'scan', 'undo'], 'a'), 'b', 'nothing of it stands: that was it');
  t.equal(undone(['scan', 'scan', 'undo', 'scan']), 'ab');
  t.end();
});

void t.test('which commands are an undo', (t) => {
  const id = 'r';
  for (const command of ['undo', 'undo --all', 'undo --run x', 'undo --all (unfinished)'])
    t.ok(isUndo({ id, command }), command);
  for (const command of ['scan', 'agent', 'undone']) t.notOk(isUndo({ id, command }), command);
  t.end();
});
