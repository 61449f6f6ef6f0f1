import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import ts from 'typescript';
import { libraryStage, type AgentStage } from './agent-stage.js';
import type { StandInOptions } from './immich/stand-in.js';

const root = join(import.meta.dirname, '..', '..');

/** How a process ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user, with the variables that the user has set. */
export interface Home {
  readonly dir: string;
  readonly env: Record<string, string>;
}

/** The command line as processes of its own. */
export interface CommandLine {
  readonly start: (home: Home, args: readonly string[]) => ChildProcess;
  readonly run: (home: Home, ...args: string[]) => Promise<Ended>;
  /** In a shell; `"$@"` of the script is the command. */
  readonly shell: (home: Home, script: string, ...args: string[]) => Promise<Ended>;
}

/** Starting Node is most of the time: what it starts is translated once for a test file, types left aside. */
export function commandLine(t: Test): CommandLine {
  const built = join(root, '.tap', `cli-${process.pid}`);
  t.teardown(() => rmSync(built, { recursive: true, force: true }));
  translate(built);
  const cli = join(built, 'dist/cli.js');
  const begin = (home: Home, command: string, args: readonly string[]): ChildProcess =>
    spawn(command, args, { cwd: root, env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const start: CommandLine['start'] = (home, args) => begin(home, process.execPath, [cli, ...args]);
  return {
    start,
    run: (home, ...args) => endOf(start(home, args)),
    shell: (home, script, ...args) =>
      endOf(begin(home, 'sh', ['-c', script, 'sh', process.execPath, cli, ...args])),
  };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

function translate(built: string): void {
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

/** Anna's library, and a user whose environment names it. */
export async function homeWithLibrary(
  t: Test,
  options: StandInOptions = {},
): Promise<{ stage: AgentStage; home: Home }> {
  const stage = await libraryStage(t, options);
  const dir = join(stage.stateDir, '..');
  const env = { PATH: process.env.PATH ?? '', HOME: dir, TZ: 'UTC', NO_COLOR: '1' };
  return { stage, home: { dir, env: { ...env, IMMICH_URL: stage.standIn.url, IMMICH_API_KEY: stage.key } } };
}
