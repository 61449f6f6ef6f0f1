import { labelSettings } from '../agent/label-settings.js';
import type { ScanRequest } from '../agent/scan.js';
import type { Config } from '../config.js';
import { nameOfPath } from '../config/folders.js';
import { say } from './context.js';
import { labelFlagsGiven, type ScanFlags } from './scan-flags.js';

/**
 * Says which flags come to nothing, and why. `config` is null when a running agent has its own: then what that holds is not
 * known here.
 */
export function noteSettings(
  flags: ScanFlags,
  { sources, labels }: Pick<ScanRequest, 'sources' | 'labels'>,
  config: Config | null,
): void {
  const idle = labelFlagsGiven(flags);
  const isFoldersOnly = sources === 'local' || config?.accounts.length === 0;
  if (isFoldersOnly && idle.length > 0)
    say(
      `note: ${idle.join(', ')}: nothing is written, for labels go to Immich alone, and only folders are looked at`,
    );
  const kinds = config === null ? null : labelSettings(config, labels).values?.kinds;
  const isOn = (kind: 'stack' | 'duplicate', flag: boolean | undefined): boolean =>
    kinds?.has(kind) ?? flag === true;
  if (!isFoldersOnly && isOn('stack', labels.stack) && isOn('duplicate', labels.nativeDuplicates))
    say(
      "note: --stack and --native-duplicates: groups that are stacked are not put on Immich's Duplicates page, for Immich leaves stacked photos out of it; give --native-duplicates alone to see them there",
    );
}

/** Says which folder has a name that its path does not show, because another, by name in `known`, had that first. */
export function noteNames(folders: Config['folders'], known: Readonly<Record<string, string>>): void {
  for (const { name, path } of folders) {
    const plain = nameOfPath(path);
    if (name !== plain)
      say(`note: ${path} is named ${name} here: ${plain} is ${known[plain] ?? 'another folder'}`);
  }
}
