/* What the service says in its log of what it finds and does. */
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.js';
import { copyOf, libraryStage, scanRequest, scene, type AgentStage } from '../support/agent-stage.js';
import { startService, type RunningService } from '../support/agent-service.js';
import { memoryLog, type MemoryLog } from '../support/memory-log.js';
import { until } from '../support/until.js';

t.jobs = 3;
const test = (name: string, work: (t: Test) => Promise<unknown>): void =>
  void t.test(name, { buffered: true }, work);

interface Stage {
  readonly stage: AgentStage;
  readonly config: Config;
  readonly service: RunningService;
  readonly log: MemoryLog;
}

async function started(t: Test): Promise<Stage> {
  const stage = await libraryStage(t);
  const log = memoryLog();
  const service = await startService(t, stage.config, { log });
  await untilTagged(stage, 3);
  return { stage, config: stage.config, service, log };
}

async function untilTagged({ standIn }: AgentStage, photos: number): Promise<void> {
  await until(`${photos} tagged photos`, () => {
    const { assets } = standIn.snapshot();
    return Object.values(assets).filter(({ tags }) => tags.length > 0).length === photos;
  });
}

const linesOf = (log: MemoryLog, message: RegExp): MemoryLog['lines'] =>
  log.lines.filter((line) => message.test(line.message));

const find = async (log: MemoryLog, message: RegExp): Promise<MemoryLog['lines'][number]> =>
  until(`the line ${message.source}`, () => linesOf(log, message)[0]);

test('each new extra copy is told once, by name, with what proves it', async (t) => {
  const { stage, service, log } = await started(t);
  const told = /^.+ is an extra copy of .+$/u;
  await until('three lines', () => linesOf(log, told).length === 3);
  // Of what, depends on which picture came first.
  const extras = linesOf(log, told).map(({ message }) => message.split(' ')[0]);
  t.same(extras.sort(), ['beach-chat.jpg', 'beach-small.jpg', 'lake-mirrored.jpg']);
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  const line = await find(log, /^road-small/u);
  t.match(line, {
    level: 'info',
    message: 'road-small.jpg is an extra copy of road.jpg',
    fields: { evidence: 'same-picture', score: Number, source: 'home' },
  });
  await untilTagged(stage, 4);
  await service.stop();
  const second = memoryLog();
  const next = await startService(t, stage.config, { log: second });
  await stage.add('hut-small', await copyOf(3, 'small'), { justUploaded: true });
  await untilTagged(stage, 5);
  t.same(
    linesOf(second, told).map(({ message }) => message),
    ['hut-small.jpg is an extra copy of hut.jpg'],
    'what it knew before the start is no news',
  );
  await next.stop();
});

test('many new extra copies are told in part and counted', async (t) => {
  const stage = await libraryStage(t);
  for (let n = 0; n < 25; n++) await stage.add(`hut-${n}`, await scene(3));
  const log = memoryLog();
  await startService(t, stage.config, { log });
  await untilTagged(stage, 28);
  const told = linesOf(log, /is an extra copy of/u).length;
  const counted = linesOf(log, /^and \d+ more extra copies$/u);
  const more = counted.reduce((sum, { message }) => sum + Number(/\d+/u.exec(message)?.[0]), 0);
  t.equal(told + more, 28);
});

test('labels written say which photos', async (t) => {
  const { stage, log } = await started(t);
  await stage.add('road-small', await copyOf(4, 'small'), { justUploaded: true });
  await untilTagged(stage, 4);
  const written = await until('the line', () =>
    linesOf(log, /^labels written$/u).find(({ fields }) => JSON.stringify(fields).includes('road-small')),
  );
  t.match(written.fields, { operation: 'tag', photos: 1, names: ['road-small.jpg'], source: 'home' });
});

test('a scan asked for before the server has answered says so', async (t) => {
  const stage = await libraryStage(t);
  await stage.standIn.pause();
  const service = await startService(t, stage.config);
  t.match(await service.command('scan', scanRequest()), {
    error: /has not reached the account home yet/u,
    code: 'IMMICH_UNREACHABLE',
    exitCode: 3,
  });
});

test('an undo that was handed over is told, and that labelling is paused, again at each start', async (t) => {
  const { stage, config, service, log } = await started(t);
  const answer = await service.command('undo', { what: 'all', dryRun: false });
  t.match(answer, { result: { paused: true, failed: 0 } });
  await untilTagged(stage, 0);
  t.match(await find(log, /^labels were taken back$/u), {
    level: 'info',
    fields: { run: 'all', written: 0, takenOff: 3, failed: 0 },
  });
  t.match(await find(log, /^labels taken off$/u), {
    fields: { operation: 'untag', photos: 3, names: [/\.jpg$/u, /\.jpg$/u, /\.jpg$/u] },
  });
  t.match(await find(log, /paused until `photo-organizer scan`/u), { level: 'warn' });
  await service.stop();
  const second = memoryLog();
  const next = await startService(t, config, { log: second });
  t.match(await find(second, /paused until `photo-organizer scan`/u), { level: 'warn' });
  await until('the scan', async () => 'result' in (await next.command('scan', scanRequest())));
  await untilTagged(stage, 3);
  t.match(await find(second, /^a scan asked for by hand has ended$/u), {
    level: 'info',
    fields: { run: String, written: 3, takenOff: 0, failed: 0 },
  });
});
