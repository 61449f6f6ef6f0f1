import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PhotoKey } from '../src/model.js';
import type { IndexedPhoto } from '../src/store-ports.js';
import { Explainer } from './explain.js';
import type { DemoLibrary, DemoPicture } from './library.js';
import { RunningAgent, fileKey, serverKey } from './running-agent.js';
import type { DemoServer, Labels } from './server.js';
import { count, type Story } from './story.js';
import { isRight, judge } from './truth.js';
import { pause, waitUntil } from './wait.js';
import { folderName, webhookSecret, type Workplace } from './workplace.js';

/** How long each step may take before the demo says that it did not happen. */
const firstLabelsMs = 25_000;
const arrivalMs = 20_000;
const settledMs = 20_000;
const betweenArrivalsMs = 900;
/** For so long nothing must happen before the demo says that a photo gets no label. */
const quietMs = 500;

/** What the demo plays with. */
export interface Stage {
  readonly story: Story;
  readonly library: DemoLibrary;
  readonly place: Workplace;
  readonly server: DemoServer;
  readonly running: RunningAgent;
  /** Aborts with the reason when the demo must end. */
  readonly stopped: AbortSignal;
}

/** The agent meets a library that is already there. */
export async function firstLook(stage: Stage): Promise<void> {
  const { story, server, running, stopped } = stage;
  const { agent } = running;
  const tag = agent.config.labels.tag;
  story.heading('1. The library as it is');
  const startedAt = performance.now();
  const url = await running.url(stopped);
  const isDone = (): boolean => running.isCalm && isRight(judge(server.pictures, server.carriers(tag)));
  await waitUntil(isDone, { withinMs: firstLabelsMs, stopped });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const { photos, groups } = agent.state.photos.counts();
  const onServer = server.pictures.size;
  story.say(
    `${seconds} s after its start the agent has listed ${count(photos, 'photo')} (${onServer} on the ` +
      `server, ${photos - onServer} in the folder), read ` +
      `${count(agent.examiner.tally.downloads, 'picture')}, found ${count(groups, 'group')} and tagged ` +
      `${count(server.carriers(tag).size, 'extra copy', 'extra copies')} "${tag}":`,
  );
  const explainer = new Explainer(agent);
  for (const group of explainer.groups()) {
    story.line();
    story.group(group, explainer);
  }
  await server.installWebhook(`${url}/hooks/immich`, webhookSecret);
  tellLookAlikes(stage, explainer);
}

function tellLookAlikes({ story, server, running }: Stage, explainer: Explainer): void {
  story.line();
  story.say('Not tagged, although they look alike:');
  const shot = [...server.pictures].find(([, { family }]) => family.startsWith('burst'));
  const photo = shot === undefined ? null : running.photo(serverKey(shot[0]));
  if (photo !== null) story.say(`${photo.name}  ${explainer.notACopy(photo)}`, 2, 16);
}

/** New photos come in while the agent watches. */
export async function arrivals(stage: Stage): Promise<void> {
  const { story, library, server, stopped } = stage;
  story.heading('2. New photos, while the agent watches');
  story.say(
    `The server tells the agent of each upload by its webhook; its thumbnail is ready ${server.thumbnailDelayMs} ms ` +
      'later. Times run from the end of the upload.',
  );
  for (const picture of library.arriving) {
    await pause(betweenArrivalsMs, stopped);
    await arrive(stage, picture);
  }
}

async function arrive(stage: Stage, picture: DemoPicture): Promise<void> {
  const { story, server, running } = stage;
  story.event(`${picture.name} arrives: ${picture.what}`);
  const before = server.carriers(running.agent.config.labels.tag);
  const key = serverKey(await server.upload(picture));
  const { lookedAtMs, labelledMs, isRightInTime } = await watchArrival(stage, key, before);
  const photo = running.photo(key);
  if (photo === null) story.outcome('WRONG', 'the agent has not seen it');
  else if (labelledMs !== null) tellLabelled(story, running, photo, labelledMs);
  else tellUnlabelled(story, running, photo, lookedAtMs);
  if (!isRightInTime) story.outcome('WRONG', 'the labels on the server are not what they should be');
}

interface Arrival {
  /** Until the agent had nothing left to do. */
  readonly lookedAtMs: number;
  /** Until the first change of labels on the server; null when there was none. */
  readonly labelledMs: number | null;
  readonly isRightInTime: boolean;
}

/** Watches the server's labels from the end of the upload until all is as it should be, and stays so. */
async function watchArrival(
  { server, running, stopped }: Stage,
  key: PhotoKey,
  before: ReadonlySet<string>,
): Promise<Arrival> {
  const { tag } = running.agent.config.labels;
  const startedAt = performance.now();
  const seen: { lookedAtMs: number | null; labelledMs: number | null } = {
    lookedAtMs: null,
    labelledMs: null,
  };
  const isDone = (): boolean => {
    const ms = performance.now() - startedAt;
    const now = server.carriers(tag);
    if (!isDeepStrictEqual(now, before)) seen.labelledMs ??= ms;
    if (running.photo(key)?.fingerprint !== 'done' || !running.isCalm) seen.lookedAtMs = null;
    else seen.lookedAtMs ??= ms;
    const quietSince = seen.labelledMs ?? seen.lookedAtMs ?? ms;
    return isRight(judge(server.pictures, now)) && seen.lookedAtMs !== null && ms - quietSince >= quietMs;
  };
  const isRightInTime = await waitUntil(isDone, { withinMs: arrivalMs, stopped });
  return { lookedAtMs: seen.lookedAtMs ?? arrivalMs, labelledMs: seen.labelledMs, isRightInTime };
}

function tellLabelled(story: Story, running: RunningAgent, photo: IndexedPhoto, labelledMs: number): void {
  const explainer = new Explainer(running.agent);
  const group = running.groupOf(photo);
  const keeper = group === null ? null : running.photo(group.keeper);
  const isKeeper = keeper?.key === photo.key;
  const extra = group?.members.find((member) =>
    isKeeper ? member.role === 'extra' : member.key === photo.key,
  );
  const extraPhoto = extra === undefined ? null : explainer.photo(extra);
  const after = `after ${Math.round(labelledMs)} ms`;
  if (keeper === null || extra === undefined || extraPhoto === null) {
    story.outcome('labelled', `${after}, but it is in no group`);
    return;
  }
  story.outcome(
    'labelled',
    isKeeper
      ? `${after}: not it, but ${extraPhoto.name}, which now is an extra copy of it`
      : `${after}: it is an extra copy of ${keeper.name}`,
  );
  story.outcome('because', explainer.evidence(extra, keeper));
  story.outcome('kept', `${keeper.name}: ${explainer.keptBecause(keeper, extraPhoto)}`);
}

function tellUnlabelled(story: Story, running: RunningAgent, photo: IndexedPhoto, lookedAtMs: number): void {
  story.outcome('no label', `looked at after ${Math.round(lookedAtMs)} ms: no copy of anything`);
  story.outcome('because', new Explainer(running.agent).notACopy(photo));
}

/** A file is put into the watched folder. Returns whether it joined its group. */
export async function dropFile({ story, library, place, running, stopped }: Stage): Promise<boolean> {
  const { name, what, bytes } = library.dropped;
  await pause(betweenArrivalsMs, stopped);
  story.event(`${name} is put into the watched folder: ${what}`);
  await writeFile(join(place.folder, name), bytes);
  const startedAt = performance.now();
  const key = fileKey(folderName, name);
  const memberNow = () => {
    const photo = running.photo(key);
    return photo === null ? undefined : running.groupOf(photo)?.members.find((member) => member.key === key);
  };
  await waitUntil(() => memberNow()?.role === 'extra', { withinMs: arrivalMs, stopped });
  const member = memberNow();
  const photo = running.photo(key);
  const keeper = member?.keptAs == null ? null : running.photo(member.keptAs);
  if (member === undefined || photo === null || keeper === null) {
    story.outcome('WRONG', 'the agent has not found what it is a copy of');
    return false;
  }
  const explainer = new Explainer(running.agent);
  const settleMs = running.agent.config.watch.folderSettleMs;
  const ms = Math.round(performance.now() - startedAt);
  story.outcome(
    'found',
    `after ${ms} ms (${settleMs} to be sure it is complete): an extra copy of ${keeper.name}`,
  );
  story.outcome('because', explainer.evidence(member, keeper));
  story.outcome('kept', `${keeper.name}: ${explainer.keptBecause(keeper, photo)}`);
  story.outcome('no label', 'a file carries none; `photo-organizer groups` lists it');
  return true;
}

/** Every label that was written has been read back twice, and none was lost. */
export async function settle({ story, server, running, stopped }: Stage): Promise<void> {
  await waitUntil(() => running.unsettled === 0, { withinMs: settledMs, stopped });
  await server.settled();
  const { tag } = running.agent.config.labels;
  story.line();
  story.say(
    running.unsettled === 0
      ? `All ${count(server.carriers(tag).size, 'label')} were read back from the server, twice: they hold.`
      : `${count(running.unsettled, 'label')} could not be read back from the server in time.`,
  );
}

/** Takes all labels back. Returns whether the server has the labels that it had before. */
export async function undo(stage: Stage, before: Labels): Promise<boolean> {
  const { story, server, running, stopped } = stage;
  story.heading('3. Undo');
  const { operations, failed, errors } = await running.undoAll();
  const labels = operations.reduce((sum, { photos }) => sum + photos.length, 0);
  const isTagGone = operations.some(({ kind }) => kind === 'delete-tag');
  story.say(`\`undo --all\` takes back ${count(labels, 'label')}${isTagGone ? ' and the tag itself' : ''}.`);
  for (const error of errors) story.say(`Failed: ${error}`, 2);
  await server.settled();
  const isGone = isDeepStrictEqual(server.labels(), before);
  await server.rereadFiles();
  await pause(1_200, stopped);
  await server.settled();
  const staysGone = isDeepStrictEqual(server.labels(), before);
  const byHand = Object.keys(before.photos).length;
  const same = `Every photo carries what it carried before the agent came: Anna's own tag on ${count(byHand, 'photo')}, and nothing else`;
  if (isGone && staysGone)
    story.say(`${same}. The server has since read all files anew, and the agent has looked again: still so.`);
  else story.say(isGone ? 'WRONG: the labels came back.' : 'WRONG: labels are left on the server.');
  return isGone && staysGone && failed === 0;
}
