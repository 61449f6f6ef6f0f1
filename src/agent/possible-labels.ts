import { valueKinds, type ValueKind } from '../label-ports.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import { problemWith, type Feature } from '../sources/immich/capabilities.js';
import type { LabelSettings } from '../sync/desired.js';
import { isFieldThatStays } from '../sync/value-rules.js';

/** What each kind of label needs of a server and a key. */
const featureOf: Readonly<Record<ValueKind, Feature>> = {
  favorite: 'favourites',
  duplicate: 'native duplicates',
  scores: 'scores',
  stack: 'stacks',
  'carried-favorite': 'favourites',
  rating: 'ratings',
  description: 'carried values',
  location: 'carried values',
};

const carriedFeature = { albums: 'carried albums', tags: 'tags' } as const;

/** Everything that these labels need. */
export function featuresFor(settings: LabelSettings): Feature[] {
  const values = [...(settings.values?.kinds ?? [])].map((kind) => featureOf[kind]);
  return [
    ...neededFor(settings),
    ...values,
    ...[...(settings.carry ?? [])].map((name) => carriedFeature[name]),
  ];
}

/** Without these nothing is written at all. */
export function neededFor({ tag, albums }: LabelSettings): Feature[] {
  return [...(tag === null ? [] : ['tags' as const]), ...(albums === null ? [] : ['albums' as const])];
}

interface PossibleLabels {
  readonly settings: LabelSettings;
  readonly unable: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Leaves out the kinds of label that this account cannot have, and says why: the others are written all the same. Before the
 * account is `complete` another photo may be the keeper for a moment: nothing is carried over that would stay there.
 */
export function possibleLabels(
  { name, source }: ImmichAccount,
  { settings: asked, forceVersion }: { readonly settings: LabelSettings; readonly forceVersion: boolean },
  complete: boolean,
): PossibleLabels {
  const settings = complete ? asked : withoutCarrying(asked);
  const isLess = settings.values?.kinds.size !== asked.values?.kinds.size || settings.carry !== asked.carry;
  const notes = isLess ? [`${name}: nothing is carried over before all of its photos were looked at`] : [];
  if (!source.isOpen) return { settings, unable: [], notes };
  const unable: string[] = [];
  const isPossible = (feature: Feature): boolean => {
    const problem = problemWith(source.capabilities, feature, forceVersion);
    if (problem !== null) unable.push(`${name}: no ${feature}: ${problem.message}`);
    return problem === null;
  };
  const { values, carry } = settings;
  const kinds = valueKinds.filter((kind) => values?.kinds.has(kind) === true && isPossible(featureOf[kind]));
  const carried = [...(carry ?? [])].filter((one) => isPossible(carriedFeature[one]));
  return {
    settings: {
      ...settings,
      ...(values === undefined ? {} : { values: { ...values, kinds: new Set(kinds) } }),
      carry: new Set(carried),
    },
    unable,
    notes,
  };
}

function withoutCarrying(settings: LabelSettings): LabelSettings {
  const { values, carry, ...rest } = settings;
  const kinds = [...(values?.kinds ?? [])].filter((kind) => !isFieldThatStays(kind));
  return {
    ...rest,
    ...(values === undefined ? {} : { values: { ...values, kinds: new Set(kinds) } }),
    ...(carry === undefined ? {} : { carry: carry.size === 0 ? carry : new Set() }),
  };
}
