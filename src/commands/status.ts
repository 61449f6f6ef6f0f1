import type { Command } from 'commander';
import type { AgentStatus } from '../agent/status.js';
import { systemClock } from '../clock.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { openIndexForReading, openJournalForReading } from '../state/open-state.js';
import { addCommonFlags, count, createContext, print, printJson, type CommonFlags } from './context.js';
import { askStatus, runningAgent } from './remote.js';

type Status = Partial<AgentStatus> & Pick<AgentStatus, 'running' | 'counts' | 'holds' | 'failures'>;

export function addStatus(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('status')
    .description('what the agent is doing, how far it is, and what could not be read')
    .option('--json', 'print one JSON document');
  addCommonFlags(command).action(async (flags: CommonFlags) => {
    const { config } = createContext(flags, {}, 'warn');
    const agent = runningAgent(config.stateDir);
    const status = agent === null ? fromDisk(config.stateDir) : ((await askStatus(agent)) as Status);
    if (flags.json === true) printJson(status);
    else show(status);
    done(exitCodes.done);
  });
}

function fromDisk(dir: string): Status {
  const index = openIndexForReading(dir);
  const journal = openJournalForReading(dir, systemClock);
  const nothing = { photos: 0, fingerprinted: 0, waiting: 0, failed: 0, groups: 0, extras: 0 };
  const status = {
    running: false,
    counts: index?.photos.counts() ?? nothing,
    holds: (['removals', 'labels'] as const).flatMap((kind) => journal?.hold(kind) ?? []),
    failures: index?.photos.failures(20) ?? [],
  };
  index?.close();
  journal?.close();
  return status;
}

function show(status: Status): void {
  print(status.running ? `The agent runs since ${status.since ?? '?'}.` : 'No agent is running.');
  for (const source of status.sources ?? []) {
    const state =
      source.awaySince === null
        ? source.complete
          ? 'up to date'
          : 'being read'
        : `away since ${source.awaySince}`;
    print(`  ${source.name} (${source.kind}): ${state}, read up to ${source.readUpTo ?? 'nothing yet'}`);
  }
  const { counts } = status;
  print(
    `${count(counts.photos, 'photo')}: ${counts.fingerprinted} fingerprinted, ${counts.waiting} waiting, ${counts.failed} that cannot be compared.`,
  );
  print(`${count(counts.groups, 'group')} with ${count(counts.extras, 'extra copy', 'extra copies')}.`);
  for (const hold of status.holds) print(`Waits for you: ${hold}`);
  for (const { key, reason } of status.failures) print(`  ${key}: ${reason}`);
  if (counts.failed > status.failures.length) print(`  … and ${counts.failed - status.failures.length} more`);
}
