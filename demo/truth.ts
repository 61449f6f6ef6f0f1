import type { DemoPicture } from './library.js';

/** Ids of the pictures that are extra copies: in each family all but the one worth most. */
export function extrasAmong(pictures: ReadonlyMap<string, DemoPicture>): Set<string> {
  const best = new Map<string, { readonly id: string; readonly worth: number }>();
  for (const [id, { family, worth }] of pictures)
    if (worth > (best.get(family)?.worth ?? -1)) best.set(family, { id, worth });
  const extras = [...pictures].filter(([id, { family }]) => best.get(family)?.id !== id);
  return new Set(extras.map(([id]) => id));
}

/** What was tagged against what should be: names of pictures. */
export interface Verdict {
  /** Tagged, and no extra copy. */
  readonly wrong: readonly string[];
  /** Extra copies without the tag. */
  readonly missed: readonly string[];
}

export function judge(pictures: ReadonlyMap<string, DemoPicture>, tagged: ReadonlySet<string>): Verdict {
  const extras = extrasAmong(pictures);
  const namesOf = (ids: string[]): string[] => ids.map((id) => pictures.get(id)?.name ?? id);
  return {
    wrong: namesOf([...tagged].filter((id) => !extras.has(id))),
    missed: namesOf([...extras].filter((id) => !tagged.has(id))),
  };
}

export function isRight({ wrong, missed }: Verdict): boolean {
  return wrong.length + missed.length === 0;
}
