import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from './server.js';

const cli = new URL('../../src/cli.ts', import.meta.url).pathname;

/** photo-organizer as people run it, with a config and a state directory of its own. */
export class Organizer {
  readonly dir = mkdtempSync(join(tmpdir(), 'round-trip-'));

  constructor(url: string, [first, ...others]: readonly Account[], labels: object) {
    const config = {
      immich: { url, api_key: first?.apiKey },
      accounts: others.map(({ name, apiKey }) => ({ name, url, api_key: apiKey })),
      labels,
    };
    writeFileSync(join(this.dir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  }

  /** What a person would type to go on by hand. */
  get flags(): string[] {
    return ['--config', join(this.dir, 'config.json'), '--state-dir', join(this.dir, 'state')];
  }

  /** The document that the command prints. Its talk is shown; throws when it fails other than in parts. */
  async run(...args: readonly string[]): Promise<unknown> {
    const words = ['--import', 'tsx', cli, ...args, '--json', ...this.flags];
    const child = spawn(process.execPath, words, {
      env: ownEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0 && code !== 5) throw new Error(`${args[0] ?? ''} ended with ${code ?? 'a signal'}`);
    return JSON.parse(text) as unknown;
  }
}

/** Nothing that a person set for their own photo-organizer. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(?:PHOTO_ORGANIZER|IMMICH)_/u.test(name));
  return Object.fromEntries(others);
}
