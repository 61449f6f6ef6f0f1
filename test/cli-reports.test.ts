/* What the commands tell a person: complete, in plain words, within a usual screen. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { copyOf, libraryTags, scene } from './support/agent-stage.js';
import { commandLine, homeOf, homeWithLibrary, type Home } from './support/command-line.js';

const { run } = commandLine(t);

t.jobs = 3;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

const columns = 80;
/** A path that is a line of its own cannot be broken. */
const tooLong = (text: string): string[] =>
  text.split('\n').filter((line) => line.length > columns && line.trim().includes(' '));
/** As one line, however it was broken. */
const joined = (text: string): string => text.replace(/\s+/gu, ' ');
const withEnv = (home: Home, env: Record<string, string>): Home => ({
  ...home,
  env: { ...home.env, ...env },
});

interface Checks {
  readonly checks: readonly { readonly name: string; readonly result: string; readonly fix?: string }[];
}
const checksOf = async (home: Home): Promise<Checks['checks']> =>
  (JSON.parse((await run(home, 'doctor', '--json')).stdout) as Checks).checks;

test('doctor: a table that fits, with what is missing below its feature, told once for equal accounts', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const weak = ['asset.read', 'asset.view', 'user.read', 'userPreference.read'];
  const accounts = ['ben', 'cleo'].map((name) => {
    const user = stage.standIn.addUser(name);
    return { name, url: stage.standIn.url, api_key: stage.standIn.addKey(user, weak) };
  });
  const doctor = await run(
    withEnv(home, {
      PHOTO_ORGANIZER_ACCOUNTS: JSON.stringify(accounts),
      PHOTO_ORGANIZER_LABELS_ALBUMS: 'true',
    }),
    'doctor',
  );
  t.equal(doctor.code, 4);
  t.same(tooLong(doctor.stdout), []);
  t.match(doctor.stdout, /^ +feature +Immich +permissions +works here$/mu);
  t.match(doctor.stdout, /^ +tags +1\.137 +tag\.create, tag\.read, +yes$/mu);
  t.match(doctor.stdout, /^ +tags +1\.137 .* no: the key lacks\n +tag\.asset +tag\.create, tag\.read,$/mu);
  t.match(doctor.stdout, /^ +features: the same as for ben$/mu);
  t.equal(doctor.stdout.match(/^ +feature /gmu)?.length, 2);
  const [, main] = await checksOf(home);
  t.match(main, {
    features: [{ feature: 'examine photos', needsVersion: '1.113.0', needsPermissions: [String] }],
  });
});

test('doctor --immich-url looks at that server, also one that is away', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const elsewhere = withEnv(home, { IMMICH_URL: 'http://127.0.0.1:9' });
  const away = await run(elsewhere, 'doctor');
  t.equal(away.code, 3);
  t.equal(away.stdout.match(/127\.0\.0\.1:9\/api/gu)?.length, 1);
  t.notMatch(away.stdout, /unknown|examine photos/u, 'nothing is said of features');
  const there = await run(elsewhere, 'doctor', '--immich-url', stage.standIn.url);
  t.match(there, { code: 0, stdout: /as Anna/u });
});

test('doctor: a config that cannot be read is a failed check', async (t) => {
  const home = homeOf(t);
  const config = join(home.dir, 'config.yaml');
  await writeFile(config, 'keep: [biggest]\nlog: { level: loud }\n');
  const doctor = await run(home, 'doctor', '--config', config);
  t.match(doctor, { code: 2, stderr: '' });
  t.match(joined(doctor.stdout), /FAILED config: keep: expected .*, found "biggest" in it/u);
  t.match(joined(doctor.stdout), /FAILED config: log\.level: expected/u);
  const json = await run(home, 'doctor', '--config', config, '--json');
  t.match(JSON.parse(json.stdout), { checks: [{ name: 'config', result: 'failed', exitCode: 2 }, {}] });
});

test('doctor: a key that only lacks userPreference.read is told to get it', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const key = stage.standIn.addKey(stage.anna, [
    ...['asset.read', 'asset.view', 'asset.statistics', 'user.read', 'album.read'],
    ...['tag.create', 'tag.read', 'tag.asset', 'tag.delete'],
  ]);
  const doctor = await run(withEnv(home, { IMMICH_API_KEY: key }), 'doctor');
  t.equal(doctor.code, 0);
  t.match(joined(doctor.stdout), /fix: give the API key the permission userPreference\.read/u);
});

test('doctor on an Immich that does not tell what a key may do: what was refused once is known after', async (t) => {
  const { stage, home } = await homeWithLibrary(t, { version: '1.137.0' });
  const { standIn, anna } = stage;
  const all = ['asset.read', 'asset.view', 'user.read', 'tag.create', 'tag.read', 'tag.asset'];
  const weak = withEnv(home, { IMMICH_API_KEY: standIn.addKey(anna, all) });
  const before = await run(weak, 'doctor');
  t.match(before.stdout, /^ +favourites +1\.137 +asset\.update +unknown$/mu);
  t.equal(before.stdout.match(/not tried yet/gu)?.length, 1, 'why it is unknown is told once');
  t.match(joined(before.stdout), /scores 2\.5 asset\.read, no: needs Immich asset\.update 2\.5\.0/u);
  t.equal((await run(weak, 'scan', '--mark-best-favorite')).code, 5, 'tags are written, favourites are not');
  const after = await run(weak, 'doctor');
  t.match(after.stdout, /^ +favourites +1\.137 +asset\.update +no: was refused$/mu);
  const strong = withEnv(home, { IMMICH_API_KEY: standIn.addKey(anna, ['all']) });
  t.equal((await run(strong, 'scan', '--mark-best-favorite')).code, 0);
  t.match((await run(strong, 'doctor')).stdout, /^ +favourites +1\.137 +asset\.update +unknown/mu);
});

test('doctor: a server that is too new fails where something would be written, and says what to do', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  stage.standIn.faults.add(({ route }) =>
    route === '/server/version' ? { status: 200, body: { major: 4, minor: 0, patch: 0 } } : undefined,
  );
  const doctor = await run(home, 'doctor');
  t.equal(doctor.code, 4);
  t.match(
    joined(doctor.stdout),
    /tags will not work: .* fix: update photo-organizer, or scan with --force-version/u,
  );
  t.equal((await run(home, 'scan')).code, 4);
  t.same(await stage.tags(), {});
  t.equal((await run(home, 'scan', '--force-version')).code, 0);
  t.same(await stage.tags(), libraryTags);
});

test('doctor: after an undo the fix is a scan, and labels in a forgotten account are a warning', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const user = stage.standIn.addUser('Ben');
  await stage.add('ben-hut', await scene(3), {}, user);
  await stage.add('ben-hut-small', await copyOf(3, 'small'), {}, user);
  const ben = { name: 'ben', url: stage.standIn.url, api_key: stage.standIn.addKey(user, ['all']) };
  const both = withEnv(home, { PHOTO_ORGANIZER_ACCOUNTS: JSON.stringify([ben]) });
  t.equal((await run(both, 'scan')).code, 0);
  const undone = await run(home, 'undo', '--all');
  t.match(undone, { code: 5, stdout: /^3 labels taken back\.$/mu });
  t.match(
    undone.stdout,
    /Failed: 1 label of ours lies in the account ben,.*accounts: \[\{ name: ben, url: …/u,
  );
  t.match(undone.stdout, /Labelling is paused until `photo-organizer scan` is run\.$/mu);
  t.match(await checksOf(home), [
    { name: 'state' },
    { name: 'journal', text: /were taken back/u, fix: 'run `photo-organizer scan`' },
    {
      name: 'journal',
      result: 'warning',
      text: '1 label of ours lies in the account ben, which is not set up here',
    },
  ]);
  const status = await run(home, 'status');
  t.match(status.stdout, /^ {2}ben \(not set up here\): 1 label of ours$/mu);
  const again = JSON.parse((await run(both, 'undo', '--all', '--json')).stdout) as object;
  t.match(again, { operations: [{ kind: 'untag' }, {}], failed: 0, errors: [], paused: true });
  const nothing = await run(both, 'undo', '--all');
  t.match(nothing, { code: 0, stdout: 'There is nothing to take back.\n' });
  t.match((await run(home, 'undo', '--list')).stdout, /^\S+ {2}[\d:]+ {2}undone {12}scan$/mu);
  t.same(await stage.tags(), {});
});

test('status: names, not keys; the server, the labels and the last run', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'broken.jpg'), 'this is no picture');
  await writeFile(join(photos, 'road.jpg'), await scene(4));
  const scan = await run(home, 'scan', '-s', photos);
  t.equal(scan.code, 5, scan.stderr);
  t.match(scan.stdout, /pictures read, 1 could not be compared\.$/mu);
  const { stdout } = await run(home, 'status');
  t.same(tooLong(stdout), []);
  t.match(joined(stdout), / broken\.jpg \(photos\): \S/u);
  t.notMatch(stdout, /folder:photos:/u);
  t.match(stdout, `  immich (Immich at ${stage.standIn.url}): 3 labels of ours`);
  t.match(joined(stdout), /Last run that wrote something: \d\d:\d\d:\d\d, scan --source-dir/u);
  t.match(JSON.parse((await run(home, 'status', '--json')).stdout), {
    accounts: [{ name: 'immich', url: stage.standIn.url, labels: 3 }],
    lastRun: { id: String, command: /^scan/u, startedAt: /^\d{4}-/u },
    failures: [{ key: 'folder:photos:broken.jpg', name: 'broken.jpg', source: 'photos', reason: String }],
  });
  stage.standIn.deleteForever([stage.id('lake-mirrored')]);
  await run(home, 'scan');
  t.match((await run(home, 'status')).stdout, ': 2 labels of ours', 'labels go with their photo');
});

test('labels of another tag name, and of a kind that is off now, are told of', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan', '--create-albums')).code, 0);
  const planned = await run(home, 'plan');
  t.match(planned, { code: 0, stdout: /^Nothing would be written\.$/mu });
  t.match(joined(planned.stdout), /2 albums \(Similar-0001 …\) still stand from earlier runs: `photo-org/u);
  const other = await run(home, 'scan', '--duplicate-tag', 'copies', '--json');
  t.match(JSON.parse(other.stdout), {
    otherLabels: [
      { source: 'immich', kind: 'album', name: 'Similar-0001', photos: 2 },
      { kind: 'album', name: 'Similar-0002', photos: 3 },
      { kind: 'tag', name: 'possible-duplicate', photos: 3 },
    ],
  });
  const both = await run(home, 'scan', '--duplicate-tag', 'copies', '--create-albums');
  t.match(
    joined(both.stdout),
    /3 photos still carry possible-duplicate from earlier runs: `photo-organizer undo --all` takes everything back\./u,
  );
  t.equal((await run(home, 'undo', '--all')).code, 0);
  t.notMatch((await run(home, 'plan')).stdout, /earlier runs/u);
  t.same(await stage.tags(), {});
});

test('what is as it should be is counted when there is some, and not as 0', async (t) => {
  const { home } = await homeWithLibrary(t);
  t.notMatch((await run(home, 'plan')).stdout, /Labels:/u);
  t.match((await run(home, 'scan')).stdout, /^Labels: 3 written\.$/mu);
  t.match((await run(home, 'plan')).stdout, /^Labels: 3 as they should be\.$/mu);
  t.match((await run(home, 'scan')).stdout, /^Labels: 0 written, 3 as they should be\.$/mu);
});

test('a plan with a key that may not write says what it lacks', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const reading = ['asset.read', 'asset.view', 'user.read'];
  const withKey = (...more: string[]): Home =>
    withEnv(home, { IMMICH_API_KEY: stage.standIn.addKey(stage.anna, [...reading, ...more]) });
  const plan = await run(withKey('tag.read'), 'plan');
  t.match(plan, { code: 0, stdout: /would tag 3 photos/u });
  t.match(
    joined(plan.stdout),
    /Warning: immich: The API key lacks the permission tag\.create, tag\.asset; add it/u,
  );
  const blind = await run(withKey(), 'plan');
  t.match(blind, { code: 0, stdout: /Warning: what a scan would write cannot be told/u });
  t.notMatch(blind.stdout, /Labels:|Nothing would/u);
  t.match(JSON.parse((await run(withKey(), 'plan', '--json')).stdout), {
    operations: [],
    counts: { warnings: [/tag\.read/u, /cannot be told/u], accounts: [], extras: 3 },
  });
});

test('a scan of folders says nothing of labels', async (t) => {
  const home = homeOf(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'road.jpg'), await scene(4));
  const scan = await run(home, 'scan', '-s', photos);
  t.equal(scan.code, 0, scan.stderr);
  t.notMatch(scan.stdout, /Labels/u);
  const gone = await run(home, 'scan', '-s', join(home.dir, 'gone'));
  t.equal(gone.code, 2);
  t.equal(gone.stderr.match(/ENOENT/gu)?.length, 1, gone.stderr);
});

test('status: a file that cannot be read is named once in its line', async (t) => {
  const home = homeOf(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'empty.jpg'), '');
  t.equal((await run(home, 'scan', '-s', photos)).code, 5);
  t.match((await run(home, 'status')).stdout, /^ {2}empty\.jpg \(photos\): the file is empty$/mu);
});

test('status: how many videos there are, and how they are compared', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'film.mp4'), 'film');
  const local = ['--state-dir', join(home.dir, 'local')];
  t.equal((await run(home, 'scan', '--source', 'local', '-s', photos, ...local)).code, 0);
  const bytes = 'compared by their bytes alone (their duration is not known)';
  const one = joined((await run(home, 'status', ...local)).stdout);
  t.match(one, `1 video among them, ${bytes}.`);
  t.match(one, '0 looked at, 0 waiting, 0 that cannot be compared, 1 video not looked at');

  for (const name of ['film', 'film-small']) {
    const video = { type: 'VIDEO', poster: await scene(6), durationMs: 12_000 } as const;
    const shot = { takenAt: '2026-05-01T12:00:00.000Z', make: 'Phone', model: 'One' };
    await stage.add(name, Buffer.from(name), { fileName: `${name}.mp4`, ...video, ...shot });
  }
  t.equal((await run(home, 'scan')).code, 0);
  const stills = 'compared by their stills with videos of the same duration';
  t.match(joined((await run(home, 'status')).stdout), `2 videos among them, ${stills}.`);
  t.equal((await run(home, 'scan', '-s', photos)).code, 0);
  const status = (await run(home, 'status')).stdout;
  t.match(joined(status), `3 videos among them: 2 ${stills}, 1 by their bytes alone`);
  const sum = /(\d+) photos and videos: (\d+) looked at, (\d+) waiting, (\d+) that cannot be compared\./u;
  const [all = 0, ...parts] = (sum.exec(joined(status)) ?? []).slice(1).map(Number);
  t.equal(all, 10, 'seven photos and three videos');
  t.equal(
    parts.reduce((a, b) => a + b, 0),
    all,
    'the parts add up',
  );
  t.same(tooLong(status), []);
  const { groups } = JSON.parse((await run(home, 'groups', '--json')).stdout) as {
    groups: { members: { name: string; durationMs: number | null }[] }[];
  };
  const films = groups.flatMap(({ members }) => members).filter(({ name }) => name.endsWith('.mp4'));
  t.match(films, [{ durationMs: 12_000 }, { durationMs: 12_000 }]);
});

test('--tag-only and --create-albums contradict each other', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  const scan = await run(home, 'scan', '--tag-only', '--create-albums');
  t.match(scan, { code: 2, stdout: '', stderr: /--tag-only .*--create-albums/u });
  t.same(await stage.tags(), {});
  t.equal((await run(home, 'scan', '--tag-only')).code, 0);
  t.same(await stage.tags(), libraryTags);
});

test('groups: where nothing was found it says in how many photos, and does not ask for a scan', async (t) => {
  const home = homeOf(t);
  t.match(
    (await run(home, 'groups')).stdout,
    /^No groups: no photo is known\. `photo-organizer scan` looks for/u,
  );
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'road.jpg'), await scene(4));
  await writeFile(join(photos, 'hut.jpg'), await scene(3));
  await writeFile(join(photos, 'empty.jpg'), '');
  await run(home, 'scan', '-s', photos);
  const { stdout } = await run(home, 'groups');
  t.match(
    joined(stdout),
    /^No groups: no duplicates were found in 3 photos \(1 that cannot be compared\), last read \d\d:\d\d:\d\d\. $/u,
  );
  t.same(tooLong(stdout), []);
});
