import type { LabelValue } from '../../label-ports.js';
import type { Location, Marks, PhotoKey } from '../../model.js';
import type { IndexedPhoto } from '../../store-ports.js';
import { heart, ofMarks } from '../values/mark-rules.js';
import type { OwnGroup } from '../own-groups.js';
import type { NotCarried, ValueRules, ValueWorld } from '../values/value-kind.js';
import type { WantedValue } from '../values/value-plan.js';

/** A photo that stays, and the extras of its own account that may go because of it, the most worthy first. */
export interface KeptWith {
  readonly keeper: PhotoKey;
  readonly extras: readonly PhotoKey[];
  readonly signature: string;
}

/** Of each group of an account who is kept, and as whom. Nothing passes from one account to another. */
export function keptWithin(groups: readonly OwnGroup[]): KeptWith[] {
  return groups.flatMap(({ own, signature }) => {
    const keys = new Set(own.map(({ key }) => key));
    const kept = new Map<PhotoKey, PhotoKey[]>();
    for (const { key, role, keptAs } of own)
      if (role === 'extra' && keptAs !== null && keptAs !== key && keys.has(keptAs))
        kept.set(keptAs, [...(kept.get(keptAs) ?? []), key]);
    return [...kept].map(([keeper, extras]) => ({ keeper, extras, signature }));
  });
}

/** What a keeper shall have of its extras, and which of them does not go into that. */
interface Choice {
  readonly value: LabelValue;
  readonly from: readonly PhotoKey[];
  readonly lost: readonly { readonly extra: PhotoKey; readonly why: string }[];
}

interface Holder {
  readonly key: PhotoKey;
  readonly value: string;
}

interface CarryKind {
  /** For people, of one photo. */
  readonly what: string;
  readonly valueOf: (photo: IndexedPhoto) => LabelValue;
  /** From what the extras have, best first: never called with none. */
  readonly choose: (extras: readonly Holder[]) => Choice;
  /** Whether a keeper that has the first has all of the second. */
  readonly covers: (has: string, value: string) => boolean;
}

function rulesOf(
  kind: ValueRules['kind'],
  carry: CarryKind,
): Pick<ValueRules, 'wanted' | 'notCarried' | 'kind'> {
  const choicesOf = ({
    groups,
    photoOf,
  }: ValueWorld): { kept: KeptWith; holders: Holder[]; choice: Choice }[] =>
    keptWithin(groups).flatMap((kept) => {
      const holders = kept.extras.flatMap((key) => {
        const photo = photoOf(key);
        const value = photo?.marks == null ? null : carry.valueOf(photo);
        return value === null ? [] : [{ key, value }];
      });
      return holders.length === 0 ? [] : [{ kept, holders, choice: carry.choose(holders) }];
    });
  return {
    kind,
    wanted: (world) => {
      const wanted = new Map<PhotoKey, WantedValue>();
      for (const { kept, choice } of choicesOf(world))
        if (choice.value !== null)
          wanted.set(kept.keeper, {
            ...{ value: choice.value, name: kind, signature: kept.signature, extras: choice.from },
          });
      return wanted;
    },
    notCarried: (world) =>
      choicesOf(world).flatMap(({ kept: { keeper }, holders, choice }): NotCarried[] => {
        const has = world.actual(keeper);
        const label = world.own.get(keeper);
        const isOurs = label !== undefined && label.value === has;
        const reasons = new Map(isOurs ? choice.lost.map(({ extra, why }) => [extra, why]) : []);
        const told = (extra: PhotoKey, why: string): NotCarried => ({ extra, keeper, what: carry.what, why });
        if (has == null && label?.state === 'by-hand')
          return holders.map(({ key }) => told(key, 'you took it off the photo that is kept'));
        if (has == null) return choice.lost.map(({ extra, why }) => told(extra, why));
        return holders
          .filter(({ value }) => !carry.covers(has, value))
          .map(({ key }) => told(key, reasons.get(key) ?? 'the photo that is kept has another'));
      }),
  };
}

const favorite: ValueRules = {
  ...rulesOf('carried-favorite', {
    what: 'favourite',
    valueOf: (photo) => (photo.favorite ? heart : null),
    choose: (extras) => ({ value: heart, from: extras.map(({ key }) => key), lost: [] }),
    covers: () => true,
  }),
  ...{ foreign: 'leave', stays: true },
  ...ofMarks(
    (marks) => (marks.favorite ? heart : null),
    (value) => ({ favorite: value !== null }),
  ),
};

/** The highest, as Immich itself does it when it resolves duplicates. -1 (rejected) does not stick on a server since 3.0. */
const rating: ValueRules = {
  ...rulesOf('rating', {
    what: 'rating',
    valueOf: ({ marks }) => (marks?.rating != null && marks.rating > 0 ? String(marks.rating) : null),
    choose: (extras) => {
      const highest = Math.max(...extras.map(({ value }) => Number(value)));
      const isIt = ({ value }: Holder): boolean => Number(value) === highest;
      return {
        value: String(highest),
        from: extras.filter(isIt).map(({ key }) => key),
        lost: extras
          .filter((one) => !isIt(one))
          .map(({ key }) => ({ extra: key, why: `another extra has a higher one (${highest})` })),
      };
    },
    covers: (has, value) => has === value,
  }),
  ...{ foreign: 'leave', stays: true, settles: true },
  ...ofMarks(
    ({ rating: stars }) => (stars === null ? null : String(stars)),
    (value) => ({ rating: value === null ? null : Number(value) }),
  ),
};

/** All of them, one below the other, each line once: as Immich itself does it when it resolves duplicates. */
const description: ValueRules = {
  ...rulesOf('description', {
    what: 'description',
    valueOf: ({ marks }) => marks?.description ?? null,
    choose: (extras) => {
      const lines = new Set(extras.flatMap(({ value }) => linesOf(value)));
      // One that is alone stays as it was written.
      const isOne = new Set(extras.map(({ value }) => value)).size === 1;
      const [first] = extras;
      const value = isOne && first !== undefined ? first.value : [...lines].join('\n');
      return { value, from: extras.map(({ key }) => key), lost: [] };
    },
    covers: (has, value) => {
      const there = new Set(linesOf(has));
      return linesOf(value).every((line) => there.has(line));
    },
  }),
  ...{ foreign: 'leave', stays: true, settles: true },
  // The way through the file may change spaces and ends of lines.
  isSame: (a, b) => a.split(/\s+/u).join(' ') === b.split(/\s+/u).join(' '),
  ...ofMarks(
    (marks) => marks.description,
    (value) => ({ description: value }),
  ),
};

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Extras no farther apart than this, in metres, say the same place. */
const samePlaceM = 100;

const location: ValueRules = {
  ...rulesOf('location', {
    what: 'location',
    valueOf: ({ marks }) => placeText(marks?.location ?? null, 'carried'),
    choose: (extras) => {
      const [first] = extras;
      if (first !== undefined && extras.every(({ value }) => metresApart(first.value, value) <= samePlaceM))
        return { value: first.value, from: extras.map(({ key }) => key), lost: [] };
      const why = `the extras are more than ${samePlaceM} m apart`;
      return { value: null, from: [], lost: extras.map(({ key }) => ({ extra: key, why })) };
    },
    covers: (has, value) => metresApart(has, value) <= samePlaceM,
  }),
  ...{ foreign: 'leave', stays: true, settles: true },
  // The file keeps degrees and minutes: the way through it may change the last digits.
  isSame: (a, b) => metresApart(a, b) < 1,
  ...ofMarks(
    (marks: Marks) => placeText(marks.location, 'all'),
    (value) => ({ location: value === null ? null : placeOf(value) }),
  ),
};

/** 0, 0 is how Immich is told of no location: nobody's photo is carried to there. */
function placeText(place: Location | null, which: 'all' | 'carried'): LabelValue {
  if (place === null) return null;
  const { latitude, longitude } = place;
  return which === 'carried' && latitude === 0 && longitude === 0 ? null : `${latitude},${longitude}`;
}

function placeOf(text: string): Location {
  const [latitude = 0, longitude = 0] = text.split(',').map(Number);
  return { latitude, longitude };
}

/** Along a great circle (haversine). */
function metresApart(a: string, b: string): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [p, q] = [placeOf(a), placeOf(b)];
  const dLat = radians(q.latitude - p.latitude);
  const dLon = radians(q.longitude - p.longitude);
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(radians(p.latitude)) * Math.cos(radians(q.latitude)) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)));
}

export const carryRules = { 'carried-favorite': favorite, rating, description, location };
