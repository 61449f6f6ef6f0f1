/* What was written to the server, and what is remembered of it. */
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../src/logger.js';
import { immichKey, type PhotoKey, type SourceName } from '../../src/model.js';
import type { MadeThing, OwnLabel } from '../../src/label-ports.js';
import { openJournalForReading, openState, type State } from '../../src/state/open-state.js';
import { ManualClock } from '../support/clocks.js';

const home = 'home' as SourceName;
const other = 'other' as SourceName;
const key = (name: string): PhotoKey => immichKey('home', name);

async function open(t: Test, clock = new ManualClock()): Promise<State> {
  const dir = join(t.testdir({}), 'state');
  const state = await openState({ dir, command: 'test', clock, log: silentLog });
  t.teardown(() => state.close());
  return state;
}

const labelOf = (photo: string, more: Partial<OwnLabel> = {}): OwnLabel => ({
  source: home,
  kind: 'tag',
  name: 'x',
  photo: key(photo),
  state: 'written',
  tries: 1,
  baseline: 5,
  since: 7,
  signature: 's',
  operation: 1,
  ...more,
});

void t.test('runs are listed newest first, also when the clock was set back', async (t) => {
  const clock = new ManualClock();
  const { journal } = await open(t, clock);
  const entry = { source: home, kind: 'tag', name: 'x', photos: [key('a'), key('b')] };
  journal.end(journal.begin({ id: 'first', command: 'scan' }, entry));
  clock.turn(-3_600_000);
  journal.end(journal.begin({ id: 'second', command: 'agent' }, entry));
  journal.end(journal.begin({ id: 'second', command: 'agent' }, { ...entry, name: 'y' }));
  journal.end(journal.begin({ id: 'third', command: 'scan' }, entry), 'refused');
  t.match(journal.runs(), [
    { id: 'third', operations: 1 },
    { id: 'second', command: 'agent', operations: 2 },
    { id: 'first', command: 'scan', operations: 1, startedAt: clock.now() + 3_600_000 },
  ]);
});

void t.test(
  'a run that is noted is known by its new command, and listed only when it did something',
  async (t) => {
    const { journal } = await open(t);
    const entry = { source: home, kind: 'tag', name: 'x', photos: [key('a')] };
    t.equal(journal.lastRun(), null);
    journal.note({ id: 'idle', command: 'scan' });
    journal.begin({ id: 'first', command: 'scan' }, entry);
    journal.begin({ id: 'second', command: 'undo --run first (unfinished)' }, entry);
    t.match(journal.runs(), [{ id: 'second' }, { id: 'first', undone: false }]);
    journal.note({ id: 'second', command: 'undo --run first' });
    t.match(journal.runs(), [
      { id: 'second', command: 'undo --run first', undone: false },
      { id: 'first', command: 'scan', undone: true },
    ]);
    t.match(journal.lastRun(), { id: 'second', command: 'undo --run first', startedAt: Number });
  },
);

void t.test('labels that stand, by account, kind and name, of all runs or of one', async (t) => {
  const { journal } = await open(t);
  const entry = { source: home, kind: 'tag', name: 'x', photos: [key('a')] };
  const operation = journal.begin({ id: 'r', command: 'scan' }, entry);
  const album = { kind: 'album' as const, name: 'album-id' };
  const made = { source: home, serverId: 'album-id', signature: '', version: '', state: 'here' as const };
  journal.putMade({ ...made, kind: 'album', name: 'Similar-0001' });
  journal.put([
    labelOf('a', { operation }),
    labelOf('b', { operation: 77, state: 'verified' }),
    labelOf('c', { operation, state: 'by-hand' }),
    labelOf('d', { operation, state: 'refused' }),
    labelOf('a', { source: other, operation: 77 }),
    labelOf('a', { ...album, operation, state: 'verified' }),
  ]);
  t.same(journal.standing(), [
    { source: home, kind: 'album', name: 'Similar-0001', photos: [key('a')] },
    { source: home, kind: 'tag', name: 'x', photos: [key('a'), key('b')] },
    { source: other, kind: 'tag', name: 'x', photos: [key('a')] },
  ]);
  t.same(journal.standing('r'), [
    { source: home, kind: 'album', name: 'Similar-0001', photos: [key('a')] },
    { source: home, kind: 'tag', name: 'x', photos: [key('a')] },
  ]);
  t.same(journal.standing('never'), []);
});

void t.test('entries of a run, oldest first; what failed may have arrived', async (t) => {
  const { journal } = await open(t);
  const run = { id: 'r', command: 'scan' };
  const one = journal.begin(run, { source: home, kind: 'tag', name: 'x', photos: [key('a')] });
  const two = journal.begin(run, { source: home, kind: 'untag', name: 'x', photos: [key('b')] });
  const three = journal.begin(run, { source: home, kind: 'create-album', name: 'A', photos: [] });
  t.ok(one < two && two < three);
  journal.end(one);
  journal.end(two, 'boom');
  t.same(journal.entries('r'), [
    { operation: one, source: home, kind: 'tag', name: 'x', photos: [key('a')] },
    { operation: two, source: home, kind: 'untag', name: 'x', photos: [key('b')] },
    { operation: three, source: home, kind: 'create-album', name: 'A', photos: [] },
  ]);
  t.same(journal.entries('unknown'), []);
});

void t.test('labels are told apart by source, kind, name and photo', async (t) => {
  const { journal } = await open(t);
  journal.put([labelOf('a'), labelOf('b'), labelOf('a', { name: 'y' }), labelOf('a', { kind: 'album' })]);
  journal.put([labelOf('a', { source: other }), labelOf('b', { state: 'verified', tries: 3 })]);
  t.same(journal.labels(home, 'tag', 'x'), [labelOf('a'), labelOf('b', { state: 'verified', tries: 3 })]);
  t.equal(journal.labels(home, 'tag').length, 3);
  t.same(journal.labels(home, 'album'), [labelOf('a', { kind: 'album' })]);
  journal.forget([labelOf('a'), labelOf('never')]);
  t.same(
    journal.labels(home, 'tag').map(({ name, photo }) => [name, photo]),
    [
      ['x', key('b')],
      ['y', key('a')],
    ],
  );
  t.equal(journal.labels(other, 'tag').length, 1);
});

void t.test('things that we made', async (t) => {
  const { journal } = await open(t);
  const album: MadeThing = {
    source: home,
    kind: 'album',
    name: 'Similar-0001',
    serverId: null,
    signature: 's',
    version: '',
    state: 'here',
  };
  journal.putMade(album);
  journal.putMade({ ...album, serverId: 'id', version: 'v' });
  t.same(journal.made(home, 'album'), [{ ...album, serverId: 'id', version: 'v' }]);
  t.same([journal.made(home, 'tag'), journal.made(other, 'album')], [[], []]);
  journal.forgetMade(album);
  t.same(journal.made(home, 'album'), []);
});

void t.test('holds', async (t) => {
  const { journal } = await open(t);
  t.equal(journal.hold('removals'), null);
  journal.setHold('removals', 'one');
  journal.setHold('removals', 'two');
  t.same([journal.hold('removals'), journal.hold('labels')], ['two', null]);
  journal.setHold('removals', null);
  t.equal(journal.hold('removals'), null);
});

void t.test('together: all or nothing', async (t) => {
  const { journal } = await open(t);
  t.throws(() =>
    journal.together(() => {
      journal.put([labelOf('a')]);
      throw new Error('half way');
    }),
  );
  t.same(journal.labels(home, 'tag'), []);
});

void t.test('numbers of groups are never given twice', async (t) => {
  const { numbers } = await open(t);
  t.same([numbers.take(), numbers.take(), numbers.take()], [1, 2, 3]);
  const member = { role: 'keeper' as const, evidence: null, keptAs: null };
  numbers.remember([{ number: 2, keeper: key('a'), members: [{ ...member, key: key('a') }] }]);
  t.same([...numbers.numbersOf([key('a'), key('b')])], [[key('a'), 2]]);
  t.equal(numbers.take(), 4);
});

void t.test('it can be read while it is written, and where there is none', async (t) => {
  const clock = new ManualClock();
  const dir = join(t.testdir({}), 'state');
  t.equal(openJournalForReading(dir, clock), null);
  const state = await openState({ dir, command: 'test', clock, log: silentLog });
  t.teardown(() => state.close());
  state.journal.begin({ id: 'r', command: 'scan' }, { source: home, kind: 'tag', name: 'x', photos: [] });
  const reader = openJournalForReading(dir, clock);
  t.match(reader?.runs(), [{ id: 'r', operations: 1 }]);
  reader?.close();
});

void t.test('a backup is the whole journal, again and again', async (t) => {
  const clock = new ManualClock();
  const dir = join(t.testdir({}), 'state');
  const state = await openState({ dir, command: 'test', clock, log: silentLog });
  t.teardown(() => state.close());
  for (const name of ['a', 'b']) {
    state.journal.put([labelOf(name)]);
    await state.journal.backUp();
  }
  const { openDb, pluck } = await import('../../src/state/sqlite.js');
  const copy = openDb(join(dir, 'journal.backup.db'), { readOnly: true });
  t.equal(pluck(copy, 'SELECT count(*) FROM labels'), 2);
  copy.close();
});
