import type { AccountConfig, Config, FolderConfig } from '../../src/config.js';
import { keepRuleNames, type SourceName } from '../../src/model.js';

/** An account as a test gives it: the rest has values that do not slow a test down. */
export type AccountForTest = { url: string; apiKey: string; name?: string; server?: string } & Partial<
  Omit<AccountConfig, 'name'>
>;

/** What a test may say of the config; the rest is the default, without the brakes of rate and port. */
export type ConfigForTest = Partial<Omit<Config, 'accounts' | 'folders' | 'labels' | 'watch' | 'server'>> & {
  accounts?: readonly AccountForTest[];
  folders?: readonly (Partial<Omit<FolderConfig, 'name'>> & { name: string; path: string })[];
  labels?: Partial<Config['labels']>;
  watch?: Partial<Config['watch']>;
  server?: Partial<Config['server']>;
};

/** The config of an agent for a test; `stateDir` is one of `t.testdir()`. */
export function agentConfig(stateDir: string, more: ConfigForTest = {}): Config {
  const { accounts = [], folders = [], labels, watch, server, ...rest } = more;
  return {
    detection: { threshold: 12, dismissByUntagging: false },
    keep: keepRuleNames,
    prefer: [],
    sync: { maxRemovalShare: 0.2, settleMs: 60_000 },
    log: { level: 'silent' },
    ...rest,
    stateDir,
    accounts: accounts.map(({ name = 'home', ...account }) => ({
      name: name as SourceName,
      server: name,
      caPath: null,
      tlsVerify: true,
      concurrency: 8,
      requestsPerSecond: 1000,
      timeoutMs: 60_000,
      ...account,
    })),
    folders: folders.map(({ name, ...folder }) => ({
      name: name as SourceName,
      ignore: [],
      polling: false,
      ...folder,
    })),
    labels: {
      tag: 'possible-duplicate',
      tagScope: 'extras',
      tagsByEvidence: false,
      tags: true,
      albums: false,
      albumPrefix: 'Similar-',
      favorite: false,
      nativeDuplicates: false,
      scores: false,
      stack: false,
      carryOver: [],
      ...labels,
    },
    watch: { pollMs: 5_000, pollMaxMs: 5_000, sweep: '0 0 1 1 *', folderSettleMs: 1_000, ...watch },
    server: { host: '127.0.0.1', port: 0, token: null, webhookSecret: null, ...server },
  };
}
