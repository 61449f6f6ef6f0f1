/* `dismiss` as a person types it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { copyOf, scene } from '../support/agent-stage.js';
import { commandLine, homeOf, homeWithLibrary } from '../support/command-line.js';

const { run } = commandLine(t);

void t.test('a group is dismissed, listed and taken back', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan')).code, 0);
  const said = await run(home, 'dismiss', 'Similar-0002');
  t.match(said, { code: 0, stderr: '' });
  t.match(said.stdout, /beach\.jpg, beach-chat\.jpg, beach-small\.jpg/);
  t.match(said.stdout, /3 pairs dismissed: no duplicates of each other\.\nLabels follow with the next scan/);
  t.match((await run(home, 'groups')).stdout, /1 group with 1 extra copy/);
  const list = (await run(home, 'dismiss', '--list')).stdout;
  t.match(
    list,
    /^[\d:]+ {2}Similar-0002\n {2}beach\.jpg {7}immich:\S+\n {2}beach-chat\.jpg {2}immich:\S+$/mu,
  );
  t.match(list, /^3 pairs dismissed\./mu);
  const listed = JSON.parse((await run(home, 'dismiss', '--list', '--json')).stdout) as object;
  t.match(listed, {
    dismissals: [
      { pair: [{ key: /^immich:/, sha1: /^[0-9a-f]{40}$/, name: /beach/ }, {}], group: 2, at: /Z$/ },
      {},
      {},
    ],
  });
  t.equal((await run(home, 'scan')).code, 0);
  t.same(Object.keys(await stage.tags()), ['lake-mirrored']);
  const back = await run(home, 'dismiss', '--forget', '2', '--json');
  t.match(JSON.parse(back.stdout), { action: 'forget', pairs: 3, standing: 0, regrouped: true });
  t.match(await run(home, 'dismiss', '--forget', '2'), { code: 0, stdout: /None of it was dismissed/ });
  t.equal((await run(home, 'scan')).code, 0);
  t.equal(Object.keys(await stage.tags()).length, 3);
  t.equal((await run(home, 'undo', '--all')).code, 0);
  t.match(await run(home, 'dismiss', '1'), { code: 0, stdout: /do not follow yet: labels were taken back/ });
});

void t.test('photos of a folder that -s gave are dismissed and taken back by their paths', async (t) => {
  const home = homeOf(t);
  const photos = join(home.dir, 'photos');
  await mkdir(photos);
  const [hut, small] = [join(photos, '100% hut.jpg'), join(photos, 'hut-small.jpg')];
  await writeFile(hut, await scene(3));
  await writeFile(small, await copyOf(3, 'small'));
  t.equal((await run(home, 'scan', '--source', 'local', '-s', photos)).code, 0);
  const said = await run(home, 'dismiss', hut, small);
  t.match(said, { code: 0, stdout: /1 pair dismissed/ }, said.stderr);
  t.match((await run(home, 'scan', '--source', 'local', '-s', photos)).stdout, /0 groups/);
  t.match(await run(home, 'dismiss', '--forget', hut, small), { code: 0, stdout: /1 pair may be called/ });
});

void t.test('a pair that is in no group is listed without a blank column', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan')).code, 0);
  t.equal((await run(home, 'dismiss', stage.id('hut'), stage.id('beach'))).code, 0);
  const [when, ...rest] = (await run(home, 'dismiss', '--list')).stdout.trimEnd().split('\n');
  t.match(when, /^\d\d:\d\d:\d\d$/u);
  t.match(rest, [
    /^ {2}hut\.jpg {4}immich:\S+$/u,
    /^ {2}beach\.jpg {2}immich:\S+$/u,
    /^1 pair dismissed\./u,
    String,
  ]);
});

void t.test('taking back what is unknown is an error, what was not dismissed is none', async (t) => {
  const { stage, home } = await homeWithLibrary(t);
  t.equal((await run(home, 'scan')).code, 0);
  const unknown = await run(home, 'dismiss', '--forget', '99');
  t.match(unknown, { code: 2, stdout: '', stderr: /no group Similar-0099/ });
  const [beach, nowhere] = [stage.id('beach'), '/nowhere/a.jpg'];
  const photo = await run(home, 'dismiss', '--forget', beach, nowhere);
  t.match(photo, { code: 2, stdout: '', stderr: /No photo is known as "\/nowhere\/a\.jpg"/ });
  const others = await run(home, 'dismiss', '--forget', beach, stage.id('hut'));
  t.match(others, { code: 0, stdout: /None of it was dismissed/ });
});

void t.test('wrong usage is 2', async (t) => {
  const home = homeOf(t);
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [[], /a group, or two photos/],
    [['12'], /no group Similar-0012/],
    [['one', 'two'], /No photo is known as "one"/],
    [['--all'], /--forget/],
    [['--forget', '--all', '12'], /--forget alone/],
    [['--forget'], /a group, or two photos/],
    [['--list', '12'], /--list takes nothing else/],
  ];
  const ends = await Promise.all(wrong.map(([args], at) => run(homeIn(home, at), 'dismiss', ...args)));
  wrong.forEach(([args, message], at) =>
    t.match(ends[at], { code: 2, stdout: '', stderr: message }, args.join(' ')),
  );
  t.match(await run(home, 'dismiss', '--list'), { code: 0, stdout: 'Nothing was dismissed.\n' });
});

/** A user of its own for each of several commands at once. */
const homeIn = (home: ReturnType<typeof homeOf>, at: number): ReturnType<typeof homeOf> => ({
  ...home,
  env: { ...home.env, HOME: `${home.dir}/${at}` },
});
