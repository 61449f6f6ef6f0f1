/* The command line as a process of its own: what it prints, where, and how it exits. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { copyOf, libraryTags, scene } from './support/agent-stage.js';
import { commandLine, homeOf, homeWithLibrary } from './support/command-line.js';
import { until } from './support/until.js';

const { start, run } = commandLine(t);

const commands = ['agent', 'scan', 'plan', 'groups', 'dismiss', 'undo', 'status', 'doctor'];
const tag = 'possible-duplicate';

t.jobs = 3;

const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

test('--help of everything, and the version', async (t) => {
  const home = homeOf(t);
  const overview = await run(home, '--help');
  t.match(overview, { code: 0, stderr: '' });
  for (const command of commands) t.match(overview.stdout, new RegExp(`^ +${command}\\b`, 'mu'), command);
  const helps = await Promise.all(commands.map((command) => run(home, command, '--help')));
  helps.forEach((help, at) => {
    const name = commands[at] ?? '';
    t.match(help, { code: 0, stderr: '' }, name);
    t.match(help.stdout, /Usage: photo-organizer/, name);
    t.match(help.stdout, /4 {2}Immich refused/, name);
    t.match(help.stdout, /--config <file>/, name);
    t.match(help.stdout, /--state-dir <dir>/, name);
  });
  t.match(await run(home, '--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
  t.notOk(existsSync(join(home.dir, '.local')), 'help leaves nothing behind');
});

test('wrong usage is 2', async (t) => {
  const home = homeOf(t);
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['scan', '--nonsense'], /unknown option '--nonsense'/],
    [['nonsense'], /unknown command/],
    [['scan', '--source', 'moon'], /moon/],
    [['scan', '--threshold', '13'], /threshold/],
    [['scan', '--config', '/does/not/exist.yaml'], /exist\.yaml/],
    [['undo'], /--all, --last, --run/],
    [['undo', '--all', '--last'], /one of/],
    [['scan'], /No Immich account.*-s FOLDER/],
    [['scan', '--source', 'local'], /-s DIR/],
    [['scan', '--source', 'immich'], /IMMICH_API_KEY/],
    [['scan', '--immich-url', 'http://127.0.0.1:9'], /api_key/],
  ];
  const ends = await Promise.all(wrong.map(([args]) => run(home, ...args)));
  wrong.forEach(([args, message], at) => {
    t.match(ends[at], { code: 2, stdout: '', stderr: message }, args.join(' '));
    t.notMatch(ends[at]?.stderr, /\n {4}at /, `${args.join(' ')}: no stack`);
  });
});

test('a folder without config and without Immich', async (t) => {
  const home = homeOf(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'hut.jpg'), await scene(3));
  await writeFile(join(photos, 'hut-small.jpg'), await copyOf(3, 'small'));
  await writeFile(join(photos, 'road.jpg'), await scene(4));
  const scanned = await run(home, 'scan', '--source', 'local', '-s', photos, '--json');
  t.equal(scanned.code, 0, scanned.stderr);
  t.match(JSON.parse(scanned.stdout), { listed: 3, downloads: 3, fingerprinted: 3, failed: 0, groups: 1 });
  const groups = await run(home, 'groups', '--json');
  t.match(JSON.parse(groups.stdout), {
    groups: [{ number: 1, name: 'Similar-0001', keeper: 'folder:photos:hut.jpg', members: [{}, {}] }],
    counts: { photos: 3, fingerprinted: 3, failed: 0, groups: 1, extras: 1 },
  });
  t.match((await run(home, 'groups')).stdout, /extra +hut-small\.jpg .*same-picture 0\.9\d\d/);
  await writeFile(join(photos, 'broken.jpg'), 'this is no picture');
  const partial = await run(home, 'scan', '--source', 'local', '-s', photos);
  t.match(partial, { code: 5, stdout: /1 picture read, 1 could not be compared/ });
  t.match((await run(home, 'status')).stdout, /broken\.jpg/);
});

test('scan, groups, status, undo', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const planned = await run(home, 'plan', '--json', '--create-albums');
  t.equal(planned.code, 0, planned.stderr);
  const plan = JSON.parse(planned.stdout) as { operations: unknown[] };
  t.match(plan, {
    operations: [
      {
        ...{ kind: 'tag', source: 'immich', name: tag, photos: [/^immich:immich:/, String, String] },
        details: [
          { key: /^immich:immich:/, name: /\.jpg$/, role: 'extra', why: / (?:as|of) \w+\.jpg/ },
          {},
          {},
        ],
      },
      { kind: 'create-album', name: 'Similar-0001' },
      { kind: 'create-album', name: 'Similar-0002' },
    ],
    counts: { groups: 2, extras: 3 },
  });
  t.same(await stage.tags(), {}, 'a plan writes nothing');
  t.same(stage.albums(), {});
  const told = (await run(home, 'plan')).stdout;
  t.match(told, /would tag 3 photos with possible-duplicate \(immich\)/);
  t.match(told, /^ {4}beach-small\.jpg: the same picture as beach\.jpg \(0\.9\d\d\)$/mu);
  const dryRun = await run(home, 'scan', '--dry-run', '--json', '--create-albums');
  t.same((JSON.parse(dryRun.stdout) as typeof plan).operations, plan.operations);
  const scanned = await run(home, 'scan', '--json', '--create-albums');
  t.equal(scanned.code, 0, scanned.stderr);
  t.match(JSON.parse(scanned.stdout), {
    run: /^\d{4}-/,
    listed: 7,
    downloads: 0,
    failed: 0,
    groups: 2,
    operations: { applied: Number, unchanged: 0, failed: 0 },
    requests: { 'PUT /tags/assets': 1, 'POST /albums': 2 },
    seconds: Number,
  });
  t.same(await stage.tags(), libraryTags);
  const groups = JSON.parse((await run(home, 'groups', '--json')).stdout) as object;
  t.match(groups, {
    groups: [
      {
        number: 1,
        keeper: `immich:immich:${stage.id('lake')}`,
        members: [
          { assetId: stage.id('lake'), source: 'immich', role: 'keeper', width: 480, height: 320 },
          {
            key: `immich:immich:${stage.id('lake-mirrored')}`,
            role: 'extra',
            evidence: 'edited',
            score: Number,
            distance: { phash: Number, detail: Number },
            byteSize: Number,
          },
        ],
      },
      { number: 2 },
    ],
    counts: { photos: 7, groups: 2, extras: 3 },
  });
  const status = JSON.parse((await run(home, 'status', '--json')).stdout) as object;
  t.match(status, { running: false, counts: { photos: 7 }, holds: [], failures: [] });
  const runs = JSON.parse((await run(home, 'undo', '--list', '--json')).stdout) as { runs: unknown[] };
  t.match(runs, { runs: [{ id: String, command: /^scan/, operations: 3 }] });
  t.match(
    (await run(home, 'undo', '--all', '--dry-run')).stdout,
    /would take the tag possible-duplicate off 3/,
  );
  t.same(await stage.tags(), libraryTags);
  const undone = await run(home, 'undo', '--all');
  t.match(undone, { code: 0 });
  t.same(await stage.tags(), {});
  t.same(stage.albums(), {});
  t.match(await run(home, 'undo', '--all'), { code: 0, stdout: /nothing to take back/ });
});

test('exit codes 3 and 4, and the doctor', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const away = { ...home, env: { ...home.env, IMMICH_URL: 'http://127.0.0.1:9' } };
  t.match(await run(away, 'scan'), { code: 3, stdout: '', stderr: /127\.0\.0\.1:9.*\[IMMICH_UNREACHABLE\]/ });
  const stranger = { ...home, env: { ...home.env, IMMICH_API_KEY: 'nobodys-key' } };
  const refused = await run(stranger, 'scan');
  t.match(refused, { code: 4, stderr: /\[IMMICH_UNAUTHORIZED\]/ });
  const weak = stage.standIn.addKey(stage.anna, ['asset.read', 'asset.view', 'user.read']);
  const weakHome = { ...home, env: { ...home.env, IMMICH_API_KEY: weak } };
  t.match(await run(weakHome, 'scan'), { code: 4, stderr: /tag\.create, tag\.read, tag\.asset/ });
  t.match(await run(weakHome, 'doctor'), { code: 4, stdout: /FAILED .*tags will not work/ });
  t.match(await run(home, 'doctor'), { code: 0, stdout: /as Anna/ });
});

test('the API key is in no output', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  stage.standIn.faults.add(({ route }) => (route === '/albums' ? { status: 400 } : undefined));
  const ends = [
    await run(home, 'scan', '--verbose', '--create-albums'),
    await run(home, 'plan', '--verbose', '--json', '--immich-api-key', stage.key),
    await run(home, 'doctor', '--json', '--verbose'),
    await run(home, 'undo', '--list', '--json'),
    await run({ ...home, env: { ...home.env, IMMICH_URL: 'http://127.0.0.1:9' } }, 'scan', '--verbose'),
    await run(
      { ...home, env: { ...home.env, IMMICH_URL: `${stage.standIn.url}/nowhere` } },
      'scan',
      '--verbose',
    ),
  ];
  const bare = stage.key.replace(/=+$/u, '');
  for (const { stdout, stderr } of ends) t.notOk(`${stdout}${stderr}`.includes(bare));
  t.match(ends[1]?.stderr, /visible to other users/);
});

test('a running agent: it is told from, given commands, and ended by SIGTERM', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const config = join(home.dir, 'config.yaml');
  await writeFile(config, 'server: { port: 0 }\nwatch: { poll_seconds: 1 }\n', { mode: 0o600 });
  const agent = start(home, ['agent', '--config', config]);
  let log = '';
  agent.stderr?.on('data', (chunk) => (log += String(chunk)));
  const ended = new Promise<number | null>((resolve) => agent.once('close', resolve));
  t.teardown(() => agent.kill('SIGKILL'));
  await until('the tags of the agent', async () => Object.keys(await stage.tags()).length === 3);
  const timed = async (...flags: string[]): Promise<{ ms: number; stdout: string }> => {
    const since = performance.now();
    const { stdout } = await run(home, 'status', ...flags);
    return { ms: performance.now() - since, stdout };
  };
  const onlyToStart = await timed('--help');
  let status = await timed('--config', config, '--json');
  // Who waits for the lock waits every time; others on the machine slow down one of them.
  for (let tries = 1; tries < 5 && status.ms >= 4 * onlyToStart.ms; tries++)
    status = await timed('--config', config, '--json');
  t.ok(status.ms < 4 * onlyToStart.ms, `the lock makes nobody wait: ${status.ms}, ${onlyToStart.ms} ms`);
  t.match(JSON.parse(status.stdout), { running: true, counts: { photos: 7 }, sources: [{ name: 'immich' }] });
  const second = await run(home, 'agent', '--config', config);
  t.match(second, { code: 1, stderr: /is in use by "agent" \(process \d+/ });
  const scanned = await run(home, 'scan', '--config', config, '--json');
  t.equal(scanned.code, 0, scanned.stderr);
  t.match(JSON.parse(scanned.stdout), { groups: 2, downloads: 0 });
  t.match(scanned.stderr, /handed to the running agent/);
  t.match(await run(home, 'scan', '--config', config, '--threshold', '3'), {
    code: 2,
    stderr: /--threshold/,
  });
  agent.kill('SIGTERM');
  t.equal(await ended, 0);
  t.notOk(log.includes(stage.key.replace(/=+$/u, '')), 'its log holds no key');
  t.match(await run(home, 'status', '--config', config), { code: 0, stdout: /No agent is running/ });
});

test('a scan that was killed: the next one finishes the work', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  let killed = false;
  const scan = start(home, ['scan', '--create-albums']);
  stage.standIn.faults.add(({ method, route }) => {
    if (`${method} ${route}` !== 'PUT /tags/assets' || killed) return undefined;
    killed = scan.kill('SIGKILL');
    return undefined;
  });
  await new Promise((resolve) => scan.once('close', resolve));
  t.ok(killed);
  const next = await run(home, 'scan', '--create-albums', '--json');
  t.equal(next.code, 0, next.stderr);
  t.same(await stage.tags(), libraryTags);
  t.equal(Object.keys(stage.albums()).length, 2);
  t.equal((await run(home, 'undo', '--all')).code, 0);
  t.same(await stage.tags(), {});
});

test('undo with a key that may not delete tags: what it says has failed shows in the exit code', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan')).code, 0);
  const permissions = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];
  const key = stage.standIn.addKey(stage.anna, permissions);
  const weak = { ...home, env: { ...home.env, IMMICH_API_KEY: key } };
  const undone = await run(weak, 'undo', '--all');
  t.match(undone, { code: 5, stdout: /^Failed: the empty tag possible-duplicate stays: .*tag\.delete/mu });
  t.same(await stage.tags(), {});
  t.match(await run(home, 'undo', '--all'), { code: 0, stdout: /delete the tag possible-duplicate/u });
  t.match(await run(weak, 'undo', '--all'), { code: 0, stdout: 'There is nothing to take back.\n' });
});
