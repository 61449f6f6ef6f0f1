import type { LabelValue } from '../../label-ports.js';
import { parseKey, type Member, type PhotoKey } from '../../model.js';
import { groupName, type ValueSettings } from '../desired.js';
import type { WantedValue } from './value-plan.js';
import type { OwnGroup } from '../own-groups.js';
import type { ValueRules } from './value-kind.js';

/**
 * What was found of a photo, for other programs: a note in Immich's key-value metadata. No listing shows notes, and nobody
 * else writes ours: the journal's word is enough to know what is there.
 */
export const scores: ValueRules = {
  kind: 'scores',
  foreign: 'replace',
  wanted: ({ groups, settings }) => {
    const wanted = new Map<PhotoKey, WantedValue>();
    for (const one of groups)
      for (const member of one.own) {
        const value = canonical(noteOf(one, member, settings));
        wanted.set(member.key, { value, name: 'scores', signature: one.signature });
      }
    return wanted;
  },
  read: null,
  ask: async (target, key) => {
    const note = await target.noteOf(key);
    return note == null ? note : canonical(note);
  },
  inOneRequest: 'any',
  write: async (target, values) => {
    const notes = new Map([...values].flatMap(([key, value]) => parsed(key, value)));
    if (notes.size > 0) await target.writeNotes(notes);
    else await target.removeNotes([...values.keys()]);
  },
};

/** Names of fields are relied on by other programs: more may come, none is renamed. */
function noteOf(
  { group }: OwnGroup,
  { role, evidence, keptAs }: Member,
  { prefix, algorithm }: Pick<ValueSettings, 'prefix' | 'algorithm'>,
): object {
  const kept = keptAs === null ? null : parseKey(keptAs);
  return {
    group: group.number,
    name: groupName(prefix, group.number),
    role,
    keeper: kept?.kind === 'immich' ? kept.assetId : null,
    evidence: evidence?.kind ?? null,
    score: rounded(evidence?.score),
    distance: evidence?.distance ?? null,
    agreement: rounded(evidence?.agreement),
    algorithm,
  };
}

function rounded(figure: number | null | undefined): number | null {
  return figure == null ? null : Math.round(figure * 10_000) / 10_000;
}

function parsed(key: PhotoKey, value: LabelValue): [PhotoKey, object][] {
  return value === null ? [] : [[key, JSON.parse(value) as object]];
}

/** The database gives the fields of an object back in an order of its own. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
