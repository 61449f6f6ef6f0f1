import type { Config } from '../config.js';
import { valueKinds, type ValueKind } from '../label-ports.js';
import type { CarryOver } from '../model.js';
import { evidenceVersion } from '../pipeline/evidence/evidence.js';
import type { LabelSettings } from '../sync/desired.js';

/** What a command line says of labels; what it leaves out is as the config has it. */
export interface LabelFlags {
  readonly tagOnly: boolean;
  readonly tag?: string | undefined;
  readonly tagScope?: 'extras' | 'all' | undefined;
  readonly albums?: boolean | undefined;
  readonly albumPrefix?: string | undefined;
  readonly favorite?: boolean | undefined;
  readonly nativeDuplicates?: boolean | undefined;
  readonly scores?: boolean | undefined;
  readonly stack?: boolean | undefined;
  readonly carryOver?: readonly CarryOver[] | undefined;
}

export const noLabelFlags: LabelFlags = { tagOnly: false };

/** Which labels to write. Under a running agent the agent's own config counts, not that of whoever hands it a command. */
export function labelSettings({ labels }: Config, flags: LabelFlags): LabelSettings {
  const prefix = flags.albumPrefix ?? labels.albumPrefix;
  const albums = flags.albums ?? labels.albums;
  return {
    tag:
      labels.tags || flags.tagOnly
        ? {
            name: flags.tag ?? labels.tag,
            scope: flags.tagScope ?? labels.tagScope,
            ...(labels.tagsByEvidence ? { by: 'evidence' as const } : {}),
          }
        : null,
    albums: albums && !flags.tagOnly ? { prefix } : null,
    carry: new Set(
      flags.tagOnly ? [] : memberships.filter((name) => carriedOver(labels, flags).includes(name)),
    ),
    values: { kinds: valuesOf(labels, flags), prefix, algorithm: `evidence ${evidenceVersion}` },
  };
}

const memberships = ['albums', 'tags'] as const;

function carriedOver(labels: Config['labels'], flags: LabelFlags): readonly CarryOver[] {
  return flags.carryOver ?? labels.carryOver;
}

function valuesOf(labels: Config['labels'], flags: LabelFlags): ReadonlySet<ValueKind> {
  const carried = carriedOver(labels, flags);
  const isOn: Readonly<Record<ValueKind, boolean>> = {
    favorite: flags.favorite ?? labels.favorite,
    duplicate: flags.nativeDuplicates ?? labels.nativeDuplicates,
    scores: flags.scores ?? labels.scores,
    stack: flags.stack ?? labels.stack,
    'carried-favorite': carried.includes('favorite'),
    rating: carried.includes('rating'),
    description: carried.includes('description'),
    location: carried.includes('location'),
  };
  return new Set(flags.tagOnly ? [] : valueKinds.filter((kind) => isOn[kind]));
}
