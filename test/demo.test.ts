import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import t, { type Test } from 'tap';

// Each run sleeps most of its time.
t.jobs = 2;

const checkout = fileURLToPath(new URL('..', import.meta.url));
/** What the demo promises. */
const longestMs = 60_000;

interface Run {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

/** Runs the demo in a process of its own, with a directory for temporary files that can be looked into afterwards. */
function run(t: Test, tmp: string, ...flags: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...flags], {
    cwd: checkout,
    // A real server named by the environment must not be asked.
    env: { PATH: process.env.PATH, TMPDIR: tmp, IMMICH_URL: 'http://192.0.2.1', IMMICH_API_KEY: 'real' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, ended };
}

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
const madeBy = (tmp: string): string[] =>
  readdirSync(tmp).filter((name) => name.startsWith('photo-organizer'));

void t.test(
  'the demo labels every copy and nothing else, takes it all back and ends by itself',
  async (t) => {
    const tmp = t.testdir();
    const startedAt = performance.now();
    const { out, err, ended } = run(t, tmp);
    t.equal(await ended, 0, 'exit code');
    t.ok(performance.now() - startedAt < longestMs, 'within a minute');
    t.match(linesOf(out())[1], 'demonstration server');
    const last = linesOf(out()).at(-1) ?? '';
    t.match(JSON.parse(last), {
      demo: 'photo-organizer',
      photos: 44,
      groups: 11,
      extras: 12,
      tagged: 11,
      wrong: 0,
      missed: 0,
      undone: true,
      seconds: Number,
    });
    t.equal(linesOf(out()).filter((line) => line.startsWith('{')).length, 1, 'one JSON line');
    t.same(
      linesOf(out()).filter((line) => line !== last && !line.includes(tmp) && line.length > 80),
      [],
      'fits 80 columns',
    );
    t.equal(err(), '', 'no warnings');
    t.same(madeBy(tmp), [], 'the temporary directory is gone');
  },
);

void t.test(
  '--keep stays, says how to look around, and leaves nothing behind at the end',
  { buffered: true },
  async (t) => {
    const tmp = t.testdir();
    const { child, out, ended } = run(t, tmp, '--keep');
    const stays = new Promise<boolean>((resolve) => {
      child.stdout.on('data', () => {
        if (out().includes('/api/search/metadata')) resolve(true);
      });
    });
    t.ok(await Promise.race([stays, ended.then(() => false)]), 'waits');
    const url = /Demonstration server +(\S+)/u.exec(out())?.[1] ?? '';
    const key = /API key +(\S+)/u.exec(out())?.[1] ?? '';
    const answer = await fetch(`${url}/api/tags`, { headers: { 'x-api-key': key } });
    t.match(await answer.text(), '"value":"possible-duplicate"');
    child.kill('SIGINT');
    t.equal(await ended, 0, 'exit code');
    t.match(JSON.parse(linesOf(out()).at(-1) ?? ''), { tagged: 11, wrong: 0, missed: 0, undone: false });
    t.same(madeBy(tmp), [], 'the temporary directory is gone');
  },
);

void t.test('Ctrl-C in the middle ends it cleanly', async (t) => {
  const tmp = t.testdir();
  const { child, out, ended } = run(t, tmp);
  child.stdout.on('data', () => {
    if (out().includes('1. The library')) child.kill('SIGINT');
  });
  t.equal(await ended, 130, 'exit code');
  t.same(madeBy(tmp), [], 'the temporary directory is gone');
});

void t.test('--help explains, another flag is refused', async (t) => {
  const tmp = t.testdir();
  const help = run(t, tmp, '--help');
  t.equal(await help.ended, 0);
  t.match(help.out(), '--keep');
  const wrong = run(t, tmp, '--forever');
  t.equal(await wrong.ended, 2);
  t.match(wrong.err(), '--keep');
  t.same(madeBy(tmp), []);
});
