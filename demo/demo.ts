import { parseArgs } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawLibrary } from './library.js';
import { keepOpen } from './keep-open.js';
import { arrivals, dropFile, firstLook, settle, undo, type Stage } from './run.js';
import { RunningAgent } from './running-agent.js';
import { DemoServer } from './server.js';
import { Story, count } from './story.js';
import { isRight, judge, type Verdict } from './truth.js';
import { configure, makeWorkplace, type Workplace } from './workplace.js';

const help = `npm run demo [-- --keep]

Starts a demonstration server (a stand-in for Immich, on 127.0.0.1, with drawn
pictures), runs the agent on it, adds photos while it watches, and takes every
label back. Needs no Immich and no network, writes only into a temporary
directory, and ends by itself within a minute: exit code 0 when every copy and
nothing else was labelled and undone, else 1. The last line is JSON.

  --keep   stay after the additions, without undo, and print commands to look
           around with; until Ctrl-C
  --help   this`;

/** Pictures that Anna has tagged herself: one is a copy, one will get a copy. */
const taggedByAnna = ['IMG_2002.jpg', 'IMG_2005 (1).jpg', 'IMG_2009.jpg'];

/** The one JSON line at the end. */
interface Summary {
  readonly demo: 'photo-organizer';
  readonly photos: number;
  readonly groups: number;
  readonly extras: number;
  readonly tagged: number;
  readonly wrong: number;
  readonly missed: number;
  readonly undone: boolean;
  readonly seconds: number;
}

interface Ending {
  readonly summary: Summary;
  readonly isAsExpected: boolean;
}

async function demo(story: Story, keep: boolean, interrupted: AbortSignal): Promise<Ending> {
  story.title('photo-organizer: a demonstration');
  const place = await makeWorkplace();
  try {
    const library = await drawLibrary();
    const server = await DemoServer.start(library.there, taggedByAnna);
    try {
      await writeFile(join(place.folder, library.inFolder.name), library.inFolder.bytes);
      introduce(story, place, server);
      const before = server.labels();
      const config = await configure(place, server.url, server.apiKey);
      const running = await RunningAgent.start(config);
      try {
        const stopped = AbortSignal.any([interrupted, running.failed]);
        return await play({ story, library, place, server, running, stopped }, before, keep);
      } finally {
        await running.stop();
      }
    } finally {
      await server.close();
    }
  } finally {
    await place.remove();
  }
}

function introduce(story: Story, place: Workplace, server: DemoServer): void {
  story.say(
    `This is a demonstration server made for this run: a stand-in for Immich with ` +
      `${count(server.pictures.size, 'drawn picture')}, at ${server.url}. One more picture lies in ` +
      `a folder that the agent watches too. No real Immich is asked, and nothing is touched outside ` +
      `${place.dir}, which is removed at the end.`,
  );
  story.say("The agent's key may read photos and write tags. It could not delete or change a photo.");
}

async function play(stage: Stage, before: ReturnType<DemoServer['labels']>, keep: boolean): Promise<Ending> {
  const { story, server, running } = stage;
  await firstLook(stage);
  await arrivals(stage);
  const fileFound = await dropFile(stage);
  await settle(stage);
  const tagged = server.carriers(running.agent.config.labels.tag);
  const verdict = judge(server.pictures, tagged);
  const { photos, groups, extras } = running.agent.state.photos.counts();
  tellVerdict(story, verdict);
  const undone = keep ? false : await undo(stage, before);
  if (keep) await keepOpen(stage);
  const summary: Summary = {
    demo: 'photo-organizer',
    ...{ photos, groups, extras },
    tagged: tagged.size,
    wrong: verdict.wrong.length,
    missed: verdict.missed.length + (fileFound ? 0 : 1),
    undone,
    seconds: Math.round(performance.now() / 100) / 10,
  };
  return { summary, isAsExpected: isRight(verdict) && fileFound && (undone || keep) };
}

function tellVerdict(story: Story, verdict: Verdict): void {
  if (isRight(verdict)) story.say('Every extra copy on the server has the tag, and nothing else has.');
  for (const name of verdict.missed) story.say(`WRONG: ${name} is an extra copy and was not tagged.`);
  for (const name of verdict.wrong) story.say(`WRONG: ${name} is no extra copy and was tagged.`);
}

/** Null when there are others. */
function readFlags(): { keep: boolean; help: boolean } | null {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { keep: flag, help: { ...flag, short: 'h' } } }).values;
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const story = new Story();
  const flags = readFlags();
  if (flags === null) {
    process.stderr.write(`${help}\n`);
    return 2;
  }
  const { keep, help: wantsHelp } = flags;
  if (wantsHelp) {
    story.line(help);
    return 0;
  }
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { summary, isAsExpected } = await demo(story, keep, interrupt.signal);
    story.line();
    story.line(isAsExpected ? 'As expected.' : 'NOT as expected: see above.');
    story.line(JSON.stringify(summary));
    return isAsExpected ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) story.line('Interrupted; the temporary directory is removed.');
    else
      story.line(
        `The demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    return interrupt.signal.aborted ? 130 : 1;
  }
}

process.exitCode = await main();
