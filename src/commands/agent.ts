import type { Command } from 'commander';
import { createAgent } from '../agent.js';
import { labelSettings, noLabelFlags } from '../agent/label-settings.js';
import { runService } from '../agent/run-service.js';
import { FatalError, exitCodes, type ExitCode } from '../errors.js';
import { addCommonFlags, createContext, type CommonFlags } from './context.js';

export function addAgent(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('agent')
    .description('the service: watch, compare and label until it is stopped (SIGTERM, Ctrl-C)');
  addCommonFlags(command).action(async (flags: CommonFlags) => {
    const context = createContext(flags, {}, null);
    const { accounts, folders } = context.config;
    if (accounts.length + folders.length === 0)
      throw new FatalError(
        'NO_SOURCES',
        'Nothing to watch: name an Immich account (immich.url, immich.api_key) or folders in the config',
        exitCodes.usage,
      );
    const until = new AbortController();
    const stop = (): void => until.abort();
    process.once('SIGTERM', stop).once('SIGINT', stop);
    const agent = await createAgent({
      ...context,
      patience: 'service',
      command: 'agent',
      namedByPath: false,
    });
    await runService(agent, labelSettings(context.config, noLabelFlags), until.signal);
    context.log.info({}, 'stopped');
    done(exitCodes.done);
  });
}
