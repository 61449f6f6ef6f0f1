import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { libraryStage, type AgentStage } from './agent-stage.js';

const root = join(import.meta.dirname, '..', '..');

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user, by the home directory and the environment. */
export interface Home {
  readonly dir: string;
  readonly env: Record<string, string>;
}

// Starting Node is most of the time; what it starts is translated once, types left aside.
const built = join(root, '.tap', `cli-${process.pid}`);
t.teardown(() => rmSync(built, { recursive: true, force: true }));
translate();

function translate(): void {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const target = join(built, 'dist', path.replace(/\.ts$/u, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const source = readFileSync(join(root, 'src', path), 'utf8');
    writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
  }
  for (const name of ['package.json', 'config'])
    cpSync(join(root, name), join(built, name), { recursive: true });
}

/** A user with nothing set up. */
export function homeOf(t: Test, env: Record<string, string> = {}): Home {
  const dir = t.testdir({});
  return { dir, env: { PATH: process.env.PATH ?? '', HOME: dir, TZ: 'UTC', NO_COLOR: '1', ...env } };
}

/** Starts a command as a process of its own. */
export function start(home: Home, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [join(built, 'dist/cli.js'), ...args], {
    cwd: root,
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export async function run(home: Home, ...args: string[]): Promise<Ended> {
  const child = start(home, args);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** Anna's library, and a user whose environment names it. */
export async function withLibrary(t: Test): Promise<{ stage: AgentStage; home: Home }> {
  const stage = await libraryStage(t);
  const dir = join(stage.stateDir, '..');
  const env = { PATH: process.env.PATH ?? '', HOME: dir, TZ: 'UTC', NO_COLOR: '1' };
  const account = { IMMICH_URL: stage.standIn.url, IMMICH_API_KEY: stage.key };
  return { stage, home: { dir, env: { ...env, ...account } } };
}
