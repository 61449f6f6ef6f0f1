/* The command line where the disk is full, its readers have gone, or its files are not what they were. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { lockHolder } from '../src/state/lock.js';
import { openDb } from '../src/state/sqlite.js';
import { libraryTags } from './support/agent-stage.js';
import { commandLine, homeOf, homeWithLibrary, type Ended, type Home } from './support/command-line.js';
import { until } from './support/until.js';

t.jobs = 3;
const { start, run, shell } = commandLine(t);

const test = (name: string, work: (t: Test) => Promise<unknown>, skip?: string | false): void =>
  void t.test(name, { buffered: true, skip: skip ?? false }, work);

const noFullDevice = existsSync('/dev/full') ? false : 'there is no /dev/full';
const statePath = (home: Home, name: string): string => join(home.dir, '.local/state/photo-organizer', name);

/** Says what is wrong on one line, for people. */
function oneLine(t: Test, { stderr }: Ended, message: RegExp, what: string): void {
  t.match(stderr, message, what);
  t.notMatch(stderr, /\n {4}at /u, `${what}: no stack`);
  t.equal(
    stderr
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('photo-organizer: ')).length,
    1,
    what,
  );
}

test('a disk that becomes full, wherever that is', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  // No file may grow beyond so many blocks: what a full disk does, at the lock, at the index, while photos are written.
  for (const blocks of [0, 60, 330]) {
    rmSync(statePath(home, '.'), { recursive: true, force: true });
    // Without NODE_OPTIONS, through which the test runner has the process write files of its own.
    const script = `trap '' XFSZ; ulimit -f ${blocks}; unset NODE_OPTIONS; exec "$@"`;
    const end = await shell(home, script, 'scan');
    t.equal(end.code, 1, `${blocks} blocks: ${end.stderr}`);
    oneLine(t, end, /disk full or read-only.*\[STATE_NOT_WRITABLE\]/u, `${blocks} blocks`);
    t.notMatch(end.stderr, /in use by/u);
  }
  t.equal((await run(home, 'scan')).code, 0, 'with room again');
  t.same(await stage.tags(), libraryTags);
});

test(
  'output that cannot be written',
  async (t) => {
    const { home } = await homeWithLibrary(t);
    t.equal((await run(home, 'scan')).code, 0);
    for (const args of [['groups'], ['scan', '--json']]) {
      const end = await shell(home, 'exec "$@" > /dev/full', ...args);
      t.equal(end.code, 1, args.join(' '));
      oneLine(t, end, /the output could not be written: ENOSPC/u, args.join(' '));
    }
    t.match(await shell(home, '"$@" | head -c 1; echo; exit 0', 'groups'), { code: 0, stderr: '' });
  },
  noFullDevice,
);

test(
  'talk that nobody hears ends no work: stderr on a full disk',
  async (t) => {
    const { stage, home } = await homeWithLibrary(t);
    const end = await shell(home, 'exec "$@" 2> /dev/full', 'scan', '--verbose', '--json');
    t.match(end, { code: 0, stdout: /"groups": 2/u });
    t.same(await stage.tags(), libraryTags);
    const failed = await shell(home, 'exec "$@" 2> /dev/full', 'scan', '--source', 'moon');
    t.equal(failed.code, 2);
  },
  noFullDevice,
);

/** Ends with the exit code of an agent that nobody hears. */
const unheard: readonly (readonly [
  string,
  (home: Home, args: string[]) => Promise<number | null>,
  string | false,
])[] = [
  [
    'a full disk',
    async (home, args) => (await shell(home, 'exec "$@" 2> /dev/full', ...args)).code,
    noFullDevice,
  ],
  ['a pipe that was closed', toClosedPipe, false],
];

async function toClosedPipe(home: Home, args: string[]): Promise<number | null> {
  const agent = start(home, args);
  agent.stderr?.destroy();
  return new Promise((resolve) => agent.once('exit', resolve));
}

for (const [what, runAgent, skip] of unheard)
  test(
    `the agent works on when its log goes to ${what}`,
    async (t) => {
      const { stage, home } = await homeWithLibrary(t);
      const config = join(home.dir, 'config.yaml');
      writeFileSync(config, 'server: { port: 0 }\nwatch: { poll_seconds: 1 }\n', { mode: 0o600 });
      const ended = runAgent(home, ['agent', '--config', config, '--verbose']);
      await until('the tags of the agent', async () => Object.keys(await stage.tags()).length === 3);
      const pid = lockHolder(statePath(home, '.'))?.pid ?? 0;
      t.ok(pid > 1);
      if (pid > 1) process.kill(pid, 'SIGTERM');
      t.equal(await ended, 0);
    },
    skip,
  );

test('files that are not ours are told as such, without a stack, and the next scan mends them', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan')).code, 0);
  const spoiled: readonly (readonly [string, (path: string) => void, string[][]])[] = [
    ['empty', (path) => writeFileSync(path, ''), [['groups'], ['status'], ['undo', '--list']]],
    ['the database of something else', foreign, [['undo', '--list']]],
  ];
  for (const [fault, spoil, readers] of spoiled) {
    for (const name of ['index.db', 'journal.db']) {
      for (const suffix of ['-wal', '-shm']) rmSync(statePath(home, name + suffix), { force: true });
      spoil(statePath(home, name));
    }
    for (const args of readers) {
      const end = await run(home, ...args);
      t.match(end, { code: 1, stdout: '' }, `${fault}: ${args.join(' ')}`);
      oneLine(
        t,
        end,
        new RegExp(`\\.db is ${fault}; the next scan.*\\[STATE_DAMAGED\\]`, 'u'),
        args.join(' '),
      );
    }
    const scanned = await run(home, 'scan');
    t.match(scanned, { code: 0, stderr: /journal\.db was .* restored from its backup/u }, fault);
    t.match(scanned.stderr, /index\.db could not be used and was set aside/u, fault);
  }
  t.same(await stage.tags(), libraryTags);
  t.match(await run(home, 'undo', '--all'), { code: 0, stdout: /3 labels taken back/u });
  t.same(await stage.tags(), {});
});

function foreign(path: string): void {
  rmSync(path, { force: true });
  const db = openDb(path, { rollbackJournal: true });
  db.exec('CREATE TABLE recipes (name TEXT)');
  db.close();
}

test('directories in the place of files', async (t) => {
  const home = homeOf(t);
  for (const name of ['lock.db', 'index.db', 'journal.db']) {
    mkdirSync(statePath(home, name), { recursive: true });
    const end = await run(home, 'status');
    t.ok([1, 2].includes(end.code ?? 0), name);
    oneLine(t, end, new RegExp(`${name} is a directory`, 'u'), name);
    rmSync(statePath(home, name), { recursive: true });
  }
});
