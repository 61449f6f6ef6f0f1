import type { Config } from '../config.js';
import type { LabelSettings } from '../sync/desired.js';

/** What a command line says of labels; what it leaves out is as the config has it. */
export interface LabelFlags {
  readonly tagOnly: boolean;
  readonly tag?: string | undefined;
  readonly tagScope?: 'extras' | 'all' | undefined;
  readonly albums?: boolean | undefined;
  readonly albumPrefix?: string | undefined;
}

export const noLabelFlags: LabelFlags = { tagOnly: false };

/** Which labels to write. Under a running agent the agent's own config counts, not that of whoever hands it a command. */
export function labelSettings({ labels }: Config, flags: LabelFlags): LabelSettings {
  const albums = flags.albums ?? labels.albums;
  return {
    tag:
      labels.tags || flags.tagOnly
        ? { name: flags.tag ?? labels.tag, scope: flags.tagScope ?? labels.tagScope }
        : null,
    albums: albums && !flags.tagOnly ? { prefix: flags.albumPrefix ?? labels.albumPrefix } : null,
  };
}
