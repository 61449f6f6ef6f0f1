import type { Group, PhotoKey } from '../model.js';
import type { OwnLabel } from '../label-ports.js';
import type { LabelSettings } from '../sync/desired.js';
import { isNewReason, signatureOf } from '../sync/desired.js';
import { tagNamesOf } from '../sync/tags/evidence-tags.js';
import type { SyncReport } from '../sync/report.js';
import { pairsAmong } from './dismiss.js';
import type { Parts } from './parts.js';

/** More groups at once look like a tag that was tidied away, or lost by the server, not like a person judging each. */
const mostGroups = 10;

/**
 * With `detection.dismiss_by_untagging`: a group that lost our tag on all its extras by a person's hand is dismissed. Photos
 * are asked for once more before, and a tag that is gone as a whole says nothing. Returns how many groups were dismissed.
 */
export async function dismissUntagged(
  parts: Parts,
  { tag }: LabelSettings,
  { untagged }: Pick<SyncReport, 'untagged'>,
): Promise<number> {
  const { config, state, log } = parts;
  if (!config.detection.dismissByUntagging || tag === null || untagged.length === 0) return 0;
  const names = tagNamesOf(tag);
  const confirmed = new Set<PhotoKey>();
  for (const key of untagged) if (await isUntagged(parts, key, names)) confirmed.add(key);
  const groups = groupsOf(parts, confirmed).filter((group) => hasLostAll(parts, group, names));
  if (groups.length > mostGroups) {
    const reason = `more than ${mostGroups} at once; \`photo-organizer dismiss\` with their numbers does it`;
    log.warn({ groups: groups.length, reason }, 'groups without our tag were not taken as dismissed');
    return 0;
  }
  for (const group of groups) {
    state.dismissals.add(pairsAmong(state, group));
    log.info({ group: group.number }, 'the tag was taken off all extras of a group: it is dismissed');
  }
  if (groups.length > 0) await state.journal.backUp();
  return groups.length;
}

/** The photo is there without our tag, and the tag that it had still exists. */
async function isUntagged(parts: Parts, key: PhotoKey, names: readonly string[]): Promise<boolean> {
  const source = parts.state.photos.get(key)?.source;
  const account = parts.accounts.find(({ name }) => name === source);
  if (account === undefined) return false;
  const [tags, seen] = await Promise.all([account.labels.tags(), account.labels.tagsOf(key)]);
  const had = labelOf(parts, key, names)?.name;
  return (
    seen !== null && !names.some((name) => seen.tags.includes(name)) && tags.some(({ name }) => name === had)
  );
}

function groupsOf({ state }: Parts, keys: Iterable<PhotoKey>): Group[] {
  const found = new Map<number, Group>();
  for (const key of keys) {
    const photo = state.photos.get(key);
    const group = photo === null ? null : state.groups.groupOf(photo.id);
    if (group !== null) found.set(group.number, group);
  }
  return [...found.values()];
}

/** Every extra that can be tagged had our tag, and a person took it off; where tags do not stick there was none to take off. */
function hasLostAll(parts: Parts, group: Group, names: readonly string[]): boolean {
  const signature = signatureOf(group);
  const extras = group.members.filter(({ role }) => role === 'extra');
  const taggable = extras.filter(({ key }) => parts.state.photos.get(key)?.writable === true);
  const labels = taggable.map((member) => labelOf(parts, member.key, names));
  return (
    labels.some((label) => label?.state === 'by-hand') &&
    labels.every(
      (label) =>
        label?.state === 'refused' ||
        (label?.state === 'by-hand' && !isNewReason(signature, label.signature)),
    )
  );
}

function labelOf({ state }: Parts, key: PhotoKey, names: readonly string[]): OwnLabel | undefined {
  const source = state.photos.get(key)?.source;
  if (source === undefined) return undefined;
  return names.flatMap((name) => state.journal.labelsOn(source, 'tag', name, [key]))[0];
}
