import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../src/config.js';

/** The temporary directory that holds all that a run writes. */
export interface Workplace {
  readonly dir: string;
  readonly stateDir: string;
  readonly configFile: string;
  /** The watched folder. */
  readonly folder: string;
  remove(): Promise<void>;
}

export const folderName = 'camera-card';
export const webhookSecret = 'demo-webhook-secret';

export async function makeWorkplace(): Promise<Workplace> {
  const dir = await mkdtemp(join(tmpdir(), 'photo-organizer-demo-'));
  const folder = join(dir, folderName);
  await mkdir(folder);
  return {
    dir,
    folder,
    stateDir: join(dir, 'state'),
    configFile: join(dir, 'config.json'),
    remove: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Writes the config file and reads it as the program does, but for the environment: that may name a real server. */
export async function configure(place: Workplace, url: string, apiKey: string): Promise<Config> {
  const settings = {
    immich: { url, api_key: apiKey },
    folders: [{ name: folderName, path: place.folder }],
    watch: { poll_seconds: 1, folder_settle_seconds: 0.5 },
    server: { port: 0, webhook_secret: webhookSecret },
    log: { level: 'warn' },
  };
  await writeFile(place.configFile, JSON.stringify(settings, null, 2), { mode: 0o600 });
  return loadConfig({
    flags: { stateDir: place.stateDir },
    env: {},
    configFile: place.configFile,
    home: place.dir,
    warn: (message) => process.stderr.write(`${message}\n`),
  });
}
