/* A large library and a folder: what the folder has too is looked at first. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { SourceReader } from '../../src/pipeline/source-reader.js';
import { runScan, withAgent, type AgentStage } from '../support/agent-stage.js';
import { drawCheap, happened, photos, plainStage } from '../support/large-stage.js';

// Hundreds of pictures a test: a busy machine gets time.
t.setTimeout(15 * 60_000);

/** Photos of the library that look like no other but one in the folder, which is the original. */
const inBoth = [77, 301, 488];

/** A folder with these and with others that are nowhere else. */
async function folderBeside(stage: AgentStage): Promise<string> {
  const folder = join(stage.stateDir, '..', 'nas');
  await mkdir(folder);
  for (const n of [9001, 9002, ...inBoth, 9003])
    await writeFile(join(folder, `${n}.jpg`), await drawCheap(n));
  return folder;
}

/** Thumbnails asked for up to the last of the photos that the folder has too. */
function downloadsUntilBoth(stage: AgentStage): number {
  const order = happened(stage);
  return 1 + Math.max(...inBoth.map((n) => order.indexOf(`photo-${n}`)));
}

void t.test('what a folder has too is looked at before any other photo of a server', async (t) => {
  const stage = await plainStage(t);
  const folders = [{ name: 'nas', path: await folderBeside(stage) }];
  const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
  const result = await runScan(stage.with({ folders, accounts }));
  t.match(result, { groups: inBoth.length, extras: inBoth.length, errors: [] });
  const until = downloadsUntilBoth(stage);
  t.ok(until > 0 && until <= 20, `the last of them was download ${until}`);
});

void t.test(
  'a folder that comes when the server is listed already has its copies looked at next',
  async (t) => {
    const stage = await plainStage(t);
    const folders = [{ name: 'nas', path: await folderBeside(stage) }];
    const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
    await withAgent(stage.with({ folders, accounts }), async (agent) => {
      const readerOf = (kind: string): SourceReader | undefined =>
        agent.sources.find(({ source }) => source.kind === kind)?.reader;
      await readerOf('immich')?.readAll();
      await agent.backlog.open(agent.sources.map(({ source }) => source.name));
      await readerOf('folder')?.readAll();
      agent.queue.wake();
      await agent.queue.drained();
    });
    const until = downloadsUntilBoth(stage);
    t.ok(until > 0 && until < photos / 2, `the last of them was download ${until}`);
  },
);

void t.test(
  'what a folder has that was scanned before the server was set up is looked at first too',
  async (t) => {
    const stage = await plainStage(t);
    const folders = [{ name: 'nas', path: await folderBeside(stage) }];
    t.match(await runScan(stage.with({ folders, accounts: [] })), { groups: 0, errors: [] });
    const accounts = [{ url: stage.standIn.url, apiKey: stage.key, concurrency: 2 }];
    const result = await runScan(stage.with({ folders, accounts }));
    t.match(result, { groups: inBoth.length, extras: inBoth.length, errors: [] });
    const until = downloadsUntilBoth(stage);
    t.ok(until > 0 && until <= 20, `the last of them was download ${until}`);
  },
);
