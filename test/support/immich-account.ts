import type { Test } from 'tap';
import type { Photo } from '../../src/model.js';
import { createAccount, type AccountSettings, type ImmichAccount } from '../../src/sources/immich/account.js';
import { emptyStage, hurry, scene, type AgentStage } from './agent-stage.js';
import { hurriedClock } from './clocks.js';
import type { StandInOptions } from './immich/stand-in.js';
import { memoryLog, type MemoryLog } from './memory-log.js';

export interface AccountStage extends AgentStage {
  readonly account: ImmichAccount;
  readonly log: MemoryLog;
  /** What the end of the agent aborts. */
  readonly stop: AbortController;
  /** Names of the photos that are there. */
  readonly names: readonly string[];
}

/** What a test may say of how an account is reached. */
export interface ReachedBy extends Partial<AccountSettings> {
  readonly patience?: 'service' | 'one-shot';
  readonly standIn?: StandInOptions;
  readonly photos?: number;
}

/** An account of a stand-in with some photos of one picture, opened. */
export async function accountStage(t: Test, reached: ReachedBy = {}): Promise<AccountStage> {
  const { patience = 'one-shot', standIn, photos = 1, ...settings } = reached;
  const stage = await emptyStage(t, { thumbnailDelayMs: 0, ...standIn });
  const names = Array.from({ length: photos }, (_, n) => `photo${n}`);
  for (const name of names)
    await stage.add(name, Buffer.concat([await scene(1), Buffer.from(name)]), { width: 480, height: 320 });
  const stop = new AbortController();
  const log = memoryLog();
  const options = { clock: hurriedClock(hurry), log, stopping: stop.signal };
  const account: ImmichAccount = createAccount(
    {
      name: 'home',
      server: 'home',
      url: stage.standIn.url,
      apiKey: stage.key,
      caPath: null,
      tlsVerify: true,
      concurrency: 8,
      requestsPerSecond: 1000,
      timeoutMs: 5_000,
      ...settings,
    },
    () => [account],
    { patienceMs: patience === 'service' ? Infinity : 60_000, ...options },
  );
  t.teardown(() => stop.abort());
  await account.source.open();
  return { ...stage, account, log, stop, names };
}

export async function photosOf({ account }: AccountStage): Promise<Photo[]> {
  const photos: Photo[] = [];
  for await (const { photos: some } of account.source.list()) photos.push(...some);
  return photos;
}

export async function onePhoto(stage: AccountStage): Promise<Photo> {
  const [photo] = await photosOf(stage);
  if (photo === undefined) throw new Error('no photo');
  return photo;
}
