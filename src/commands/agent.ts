import type { Command } from 'commander';
import { createAgent } from '../agent.js';
import { runService } from '../agent/run-service.js';
import { exitCodes, type ExitCode } from '../errors.js';
import { addCommonFlags, createContext, type CommonFlags } from './context.js';
import { labelSettings } from './scan.js';

export function addAgent(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('agent')
    .description('the service: watch, compare and label until it is stopped (SIGTERM, Ctrl-C)');
  addCommonFlags(command).action(async (flags: CommonFlags) => {
    const context = createContext(flags, {}, null);
    const until = new AbortController();
    const stop = (): void => until.abort();
    process.once('SIGTERM', stop).once('SIGINT', stop);
    const agent = await createAgent({
      ...context,
      patience: 'service',
      command: 'agent',
      namedByPath: false,
    });
    await runService(agent, labelSettings(context.config, false), until.signal);
    context.log.info({}, 'stopped');
    done(exitCodes.done);
  });
}
