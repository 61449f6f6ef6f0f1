#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAgent } from './commands/agent.js';
import { exitCodeOf, say } from './commands/context.js';
import { addDismiss } from './commands/dismiss.js';
import { addDoctor } from './commands/doctor.js';
import { addGroups } from './commands/groups.js';
import { addScan } from './commands/scan.js';
import { addStatus } from './commands/status.js';
import { addUndo } from './commands/undo.js';
import { OrganizerError, describeError, exitCodes, type ExitCode } from './errors.js';
import { mapSqliteError } from './state/sqlite.js';

const exitCodeHelp = `
Exit codes:
  0  done
  1  failed
  2  wrong usage or config
  3  Immich cannot be reached
  4  Immich refused (API key or permission)
  5  done, but some photos or labels failed (they are listed)`;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('photo-organizer')
  .description(
    'Finds duplicate photos in Immich and in folders, proves them, labels them, and can take every label back.\nIt never deletes a photo and never changes an original.',
  )
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', exitCodeHelp);

const done = (code: ExitCode): void => {
  process.exitCode = code;
};
addAgent(program, done);
addScan(program, done);
addGroups(program, done);
addDismiss(program, done);
addUndo(program, done);
addStatus(program, done);
addDoctor(program, done);
for (const command of program.commands) command.exitOverride().addHelpText('after', exitCodeHelp);

// `groups | head` ends the reader early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  say(`photo-organizer: the output could not be written: ${describeError(error)}`);
  process.exit(exitCodes.failed);
});
// Nobody is left to be told.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  else fail(mapSqliteError(error));
}

/** One line for what we know; what we do not know comes with its stack. */
function fail(error: unknown): void {
  const code = error instanceof OrganizerError ? ` [${error.code}]` : '';
  say(`photo-organizer: ${describeError(error)}${code}`);
  const explainsItself = error instanceof OrganizerError || (error instanceof Error && 'syscall' in error);
  if (!explainsItself && error instanceof Error) say(error.stack ?? '');
  process.exitCode = exitCodeOf(error);
}
