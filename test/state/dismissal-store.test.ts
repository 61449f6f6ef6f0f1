/* "Not a duplicate", as it lies on disk. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Dismissal, DismissedPhoto } from '../../src/store-ports.js';
import { silentLog } from '../../src/logger.js';
import { openJournalForReading, openState } from '../../src/state/open-state.js';
import { openDb } from '../../src/state/sqlite.js';
import { journalMigrations } from '../../src/state/journal-schema.js';
import { ManualClock } from '../support/clocks.js';
import { onServer, sha1Of } from '../support/made-photo.js';
import { tempState } from '../support/temp-state.js';

const photo = (id: string, bytes: number | null = null): DismissedPhoto => ({
  key: onServer(id),
  sha1: bytes === null ? null : sha1Of(bytes),
  name: `${id}.jpg`,
});
const pair = (a: DismissedPhoto, b: DismissedPhoto, group: number | null = null): Omit<Dismissal, 'at'> => ({
  pair: [a, b],
  group,
});
const shown = (dismissals: readonly Dismissal[]): string[] =>
  dismissals.map(({ pair: [a, b] }) => `${a.name} ${b.name}`);

void t.test('a pair is one pair whichever photo is named first, and survives a restart', async (t) => {
  const temp = await tempState(t);
  const { dismissals } = temp.state();
  t.equal(dismissals.version, 0);
  t.equal(dismissals.add([pair(photo('a', 1), photo('b', 2), 12)]), 1);
  t.equal(dismissals.add([pair(photo('b', 2), photo('a', 1))]), 0, 'it stands already');
  t.equal(dismissals.add([pair(photo('b-again', 2), photo('a', 1))]), 0, 'the same bytes');
  const again = (await temp.reopen()).dismissals;
  t.match(again.standing(), [{ pair: [{ name: 'a.jpg' }, { name: 'b.jpg' }], group: 12 }]);
  t.equal(again.version, 1);
});

void t.test('what is taken back is told to an index that has seen it', async (t) => {
  const { dismissals } = (await tempState(t)).state();
  dismissals.add([pair(photo('a'), photo('b')), pair(photo('a'), photo('c'))]);
  const [first] = dismissals.standing();
  if (first === undefined) throw new Error('nothing stands');
  t.equal(dismissals.forget([first]), 1);
  t.equal(dismissals.forget([first]), 0);
  t.same(shown(dismissals.standing()), ['a.jpg c.jpg']);
  t.same(shown(dismissals.changedSince(1)), ['a.jpg b.jpg']);
  t.same(dismissals.changedSince(2), []);
  t.equal(dismissals.add([first]), 1, 'and may be said again');
  t.equal(dismissals.version, 3);
});

void t.test('bytes that become known later join what was said of the key', async (t) => {
  const { dismissals } = (await tempState(t)).state();
  dismissals.add([pair(photo('a'), photo('b', 2))]);
  dismissals.learn({ key: onServer('a'), sha1: null });
  t.equal(dismissals.version, 1, 'nothing was learned');
  dismissals.learn({ key: onServer('a'), sha1: sha1Of(1) });
  t.match(dismissals.standing(), [{ pair: [{ key: onServer('a'), sha1: sha1Of(1) }, { sha1: sha1Of(2) }] }]);
  t.equal(dismissals.version, 2);
  t.equal(dismissals.add([pair(photo('other', 1), photo('b', 2))]), 0);
  t.same(
    dismissals.apartFrom({ key: onServer('other'), sha1: sha1Of(1) }).map(({ name }) => name),
    ['b.jpg'],
  );
  t.same(
    dismissals.apartFrom(photo('b', 2)).map(({ name }) => name),
    ['a.jpg'],
  );
});

void t.test('a journal of the release before is read without it, and then brought up to date', async (t) => {
  const temp = await tempState(t);
  temp.state().close();
  const db = openDb(`${temp.dir}/journal.db`);
  const before = journalMigrations.findIndex((sql) => sql.includes('CREATE TABLE dismissals'));
  db.exec(`DROP TABLE refused_writes; DROP TABLE dismissals; PRAGMA user_version = ${before}`);
  db.close();
  const reader = openJournalForReading(temp.dir, new ManualClock());
  t.same(reader?.dismissals.standing(), []);
  reader?.close();
  const state = await openState({ dir: temp.dir, command: 'test', clock: new ManualClock(), log: silentLog });
  t.equal(state.dismissals.add([pair(photo('a'), photo('b'))]), 1);
  state.close();
});

void t.test('a lost journal comes back from its backup with what a person said', async (t) => {
  const temp = await tempState(t);
  const { dismissals, journal } = temp.state();
  dismissals.add([pair(photo('a', 1), photo('b', 2))]);
  await journal.backUp();
  temp.state().close();
  writeFileSync(join(temp.dir, 'journal.db'), 'this is no database');
  t.same(shown((await temp.reopen()).dismissals.standing()), ['a.jpg b.jpg']);
});
