/* Flags of `scan` and `plan`: what they come to is said. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { copyOf, scene } from './support/agent-stage.js';
import { commandLine, homeOf, homeWithLibrary } from './support/command-line.js';

const { run, shell } = commandLine(t);

t.jobs = 3;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

/** As one line, however it was broken. */
const joined = (text: string): string => text.replace(/\s+/gu, ' ');

test('what is typed to let held labels go repeats the flags, and does just that', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  for (const seed of [10, 11, 12, 13]) {
    await stage.add(`more${seed}`, await scene(seed));
    await stage.add(`more${seed}-small`, await copyOf(seed, 'small'));
  }
  const flags = [
    '--duplicate-tag',
    "Ben's copies",
    '--tag-scope',
    'all',
    '--state-dir',
    join(home.dir, 'other'),
  ];
  t.equal((await run(home, 'scan', ...flags)).code, 0);
  t.equal(Object.keys(await stage.tags()).length, 13);
  const extras = Object.keys(stage.ids).filter((name) => name.includes('-'));
  for (const [at, name] of extras.entries())
    await stage.standIn.replaceBytes(stage.id(name), await scene(20 + at));
  await stage.standIn.settled();
  const held = await run(home, 'scan', ...flags);
  t.match(joined(held.stdout), /Held back: 13 of 13 labels .* Look at `plan` with the same flags/u);
  t.equal(Object.keys(await stage.tags()).length, 13);
  const advice = /^ {2}(photo-organizer scan .*)$/mu.exec(held.stdout)?.[1] ?? '';
  t.equal((await run(home, 'plan', ...flags)).stdout.includes(`\n  ${advice}\n`), true);
  const done = await shell(home, advice.replace('photo-organizer', '"$@"'));
  t.equal(done.code, 0, done.stderr);
  t.same(await stage.tags(), {});
});

test('--remove-tag of a tag that is not there, as when it is repeated: it says so and ends well', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan', '--duplicate-tag', 'once')).code, 0);
  const removed = await run(home, 'scan', '--remove-tag', 'once');
  t.match(removed, { code: 0, stdout: /3 labels taken off/u }, removed.stdout);
  for (const name of ['once', 'never']) {
    const again = await run(home, 'scan', '--remove-tag', name);
    t.match(again, { code: 0, stdout: /nothing to take away/u }, again.stdout);
    t.match(again.stdout, `Note: immich: there is no tag ${name} of ours.`);
  }
  t.same(await stage.tags(), {});
});

test('an API key is not repeated where flags are', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const plan = await run(home, 'plan', '--immich-api-key', stage.key, '--stack');
  t.equal(plan.code, 0);
  t.notMatch(plan.stdout + plan.stderr, stage.key);
});

test('--stack and --native-duplicates together: it is said that stacked groups are not on the page', async (t) => {
  const { home } = await homeWithLibrary(t);
  const both = await run(home, 'plan', '--stack', '--native-duplicates');
  t.match(both.stderr, /stacked are not put on Immich's Duplicates page/u);
  const alone = await run(home, 'plan', '--native-duplicates');
  t.match(alone.stdout, /would put .* on Immich's Duplicates page/u);
  t.notMatch(alone.stderr, /note:/u);
  t.match(joined((await run(home, 'scan', '--help')).stdout), /not those that --stack makes stacks of/u);
});

test('flags of labels where only folders are looked at: it is said that nothing is written', async (t) => {
  const home = homeOf(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'hut.jpg'), await scene(3));
  for (const source of ['local', 'all']) {
    const scan = await run(home, 'scan', '--source', source, '-s', photos, '--create-albums', '--stack');
    t.equal(scan.code, 0, scan.stderr);
    t.match(scan.stderr, /note: --create-albums, --stack: nothing is written/u, source);
  }
  t.notMatch((await run(home, 'scan', '-s', photos)).stderr, /note:/u);
});

test('a folder that is named pics-2: it is said which it is, and why', async (t) => {
  const home = homeOf(t);
  const [one, two] = [join(home.dir, 'one/pics'), join(home.dir, 'two/pics')];
  for (const path of [one, two]) {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'hut.jpg'), await scene(3));
  }
  t.notMatch((await run(home, 'scan', '-s', one)).stderr, /note:/u);
  for (const folders of [
    ['-s', two],
    ['-s', one, '-s', two],
  ]) {
    const { stderr } = await run(home, 'scan', ...folders);
    t.match(stderr, `note: ${two} is named pics-2 here: pics is ${one}`);
    t.equal(stderr.match(/note:/gu)?.length, 1);
  }
});
