import type { FieldKind, ValueKind } from '../label-ports.js';
import type { PhotoKey } from '../model.js';
import { carryRules } from './carry/carry-rules.js';
import { duplicate } from './values/duplicate-rules.js';
import { heart, ofMarks } from './values/mark-rules.js';
import { scores } from './values/score-rules.js';
import type { ValueRules } from './values/value-kind.js';
import type { WantedValue } from './values/value-plan.js';

const favorite: ValueRules = {
  kind: 'favorite',
  foreign: 'leave',
  wanted: ({ groups }) => {
    const wanted = new Map<PhotoKey, WantedValue>();
    for (const { own, signature } of groups)
      for (const { key, role } of own)
        if (role === 'keeper') wanted.set(key, { value: heart, name: heart, signature });
    return wanted;
  },
  ...ofMarks(
    (marks) => (marks.favorite ? heart : null),
    (value) => ({ favorite: value !== null }),
  ),
};

/** Each kind for people, of several photos. */
export const labelWords: Readonly<Record<ValueKind, string>> = {
  favorite: 'favourites',
  duplicate: "Immich's Duplicates page",
  scores: 'scores',
  stack: 'stacks',
  'carried-favorite': 'carried favourites',
  rating: 'carried ratings',
  description: 'carried descriptions',
  location: 'carried locations',
};

export const valueRules: Readonly<Record<FieldKind, ValueRules>> = {
  favorite,
  duplicate,
  scores,
  ...carryRules,
};

export const fieldKinds = Object.keys(valueRules) as FieldKind[];

/** Whether it is the photo's own once it was given. */
export function isFieldThatStays(kind: string): boolean {
  return fieldKinds.some((field) => field === kind && valueRules[field].stays === true);
}
