import type { Command } from 'commander';
import { failuresOf, holdsOf, labelStatus, type AgentStatus, type LabelStatus } from '../agent/status.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { openIndexForReading, openJournalForReading } from '../state/open-state.js';
import {
  addCommonFlags,
  count,
  createContext,
  figure,
  localTime,
  noCounts,
  oneLine,
  print,
  printJson,
  printWrapped,
  type CommonFlags,
} from './context.js';
import { askStatus, runningAgent } from './remote.js';

type Status = Partial<AgentStatus> &
  LabelStatus &
  Pick<AgentStatus, 'running' | 'counts' | 'holds' | 'failures'>;

export function addStatus(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('status')
    .description('what the agent is doing, how far it is, and what could not be read')
    .option('--json', 'print one JSON document');
  addCommonFlags(command).action(async (flags: CommonFlags) => {
    const { config } = createContext(flags, {}, 'warn');
    const agent = runningAgent(config.stateDir);
    const status = agent === null ? await fromDisk(config) : ((await askStatus(agent)) as Status);
    if (flags.json === true) printJson(status);
    else show(status);
    done(exitCodes.done);
  });
}

async function fromDisk({ stateDir, accounts }: Config): Promise<Status> {
  const index = openIndexForReading(stateDir);
  const journal = openJournalForReading(stateDir, systemClock);
  const status = {
    running: false,
    counts: index?.photos.counts() ?? noCounts,
    holds: journal === null ? [] : holdsOf(journal),
    failures: index === null ? [] : failuresOf(index.photos),
    ...(await labelStatus(
      accounts,
      journal && { journal, refusedWrites: journal.refusedWrites },
      index?.photos ?? null,
    )),
  };
  index?.close();
  journal?.close();
  return status;
}

function show(status: Status): void {
  const { counts, lastRun, failures } = status;
  print(status.running ? `The agent has run since ${localTime(status.since)}.` : 'No agent is running.');
  showSources(status);
  printWrapped(photosLine(counts), 2);
  if (counts.videos > 0) printWrapped(videosLine(counts), 2);
  print(`${count(counts.groups, 'group')} with ${count(counts.extras, 'extra copy', 'extra copies')}.`);
  if (lastRun !== null)
    printWrapped(`Last run that wrote something: ${localTime(lastRun.startedAt)}, ${lastRun.command}`, 2);
  for (const hold of status.holds) printWrapped(`Waits for you: ${hold}`, 2);
  for (const { account, operation, photos: of, reason } of status.refusedWrites)
    printWrapped(`Immich (${account}) refuses ${operation}, ${count(of, 'photo')}: ${reason}`, 2);
  for (const { name, source, reason } of failures)
    printWrapped(`  ${oneLine(name)} (${source}): ${reason}`, 4);
  const more = counts.failed - failures.length;
  if (more > 0) print(`  … and ${figure(more)} more`);
}

/** Its parts add up. */
function photosLine({ photos, fingerprinted, waiting, failed, unasked, videos }: Status['counts']): string {
  const all = videos > 0 ? count(photos, 'photo or video', 'photos and videos') : count(photos, 'photo');
  const parts = [
    `${figure(fingerprinted)} looked at`,
    `${figure(waiting)} waiting`,
    `${figure(failed)} that cannot be compared`,
    ...(unasked > 0 ? [`${count(unasked, 'video')} not looked at (no other can be a copy)`] : []),
  ];
  return `${all}: ${parts.join(', ')}.`;
}

function videosLine({ videos, videosByBytesAlone: byBytes }: Status['counts']): string {
  const stills = 'by their stills with videos of the same duration';
  const bytes = 'by their bytes alone (their duration is not known)';
  if (byBytes === 0) return `${count(videos, 'video')} among them, compared ${stills}.`;
  if (byBytes === videos) return `${count(videos, 'video')} among them, compared ${bytes}.`;
  return `${count(videos, 'video')} among them: ${figure(videos - byBytes)} compared ${stills}, ${figure(byBytes)} ${bytes}.`;
}

function showSources({ sources = [], accounts }: Status): void {
  for (const { name, url, labels } of accounts) {
    const where = url === null ? 'not set up here' : `Immich at ${url}`;
    const source = sources.find((one) => one.name === name);
    const facts = [...(source === undefined ? [] : [stateOf(source)]), `${count(labels, 'label')} of ours`];
    printWrapped(`  ${name} (${where}): ${facts.join(', ')}`, 4);
  }
  for (const source of sources.filter(({ kind }) => kind === 'folder'))
    printWrapped(`  ${source.name} (folder): ${stateOf(source)}`, 4);
}

function stateOf({ awaySince, complete, checkedAt, readUpTo }: AgentStatus['sources'][number]): string {
  const last = checkedAt ?? readUpTo;
  const now =
    awaySince !== null ? `away since ${localTime(awaySince)}` : complete ? 'up to date' : 'being read';
  return `${now}, ${last === null ? 'not checked yet' : `last checked ${localTime(last)}`}`;
}
