import type { PhotoKey } from '../../model.js';
import type { OwnLabel, Run } from '../../label-ports.js';
import { batches } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import { mostTries } from './tag-plan.js';
import { fewPhotos, lookAtEach, viewTag, type TagSeen } from './tag-view.js';
import { writeTagBatch } from './tag-write.js';

/** A label is verified when it was read twice, this far apart: the server rewrites tags in the background. */
export const secondLookMs = 1_000;
/** A photo that the server has not touched for so long after our write will not be touched because of it. */
export const forgottenMs = 60 * 60_000;

/**
 * Follows what we wrote until it is certain. Immich answers a tag write at once and rewrites the photo's tags later from
 * the file beside the original (its `updatedAt` moves then): a write may be lost to that, or never stick.
 */
export class TagSettling {
  readonly #options: SyncParts;

  constructor(options: SyncParts) {
    this.#options = options;
  }

  /** Labels whose fate on the server is still open. */
  unsettled(): readonly OwnLabel[] {
    return this.#options.journal.openLabels(this.#options.target.source);
  }

  /**
   * One look at what became of our writes: verified, still under way, or lost to the server's own rewriting of tags and
   * written again. Returns how many are still open.
   */
  async settleOnce(run: Run): Promise<number> {
    const open = this.unsettled();
    for (const name of new Set(open.map((label) => label.name)))
      await this.#settleTag(
        name,
        open.filter((label) => label.name === name),
        run,
      );
    return this.unsettled().length;
  }

  async #settleTag(name: string, open: readonly OwnLabel[], run: Run): Promise<void> {
    const { target, journal, photoOf, log } = this.#options;
    const seen = await this.#readBack(name, open);
    const put: OwnLabel[] = [];
    const forget: OwnLabel[] = [];
    const again: OwnLabel[] = [];
    for (const label of open) {
      const verdict = this.#judge(label, seen.get(label.photo));
      if (verdict === 'forget') forget.push(label);
      else if (verdict === 'again') again.push(label);
      else if (verdict !== null) put.push(verdict);
    }
    journal.together(() => {
      journal.put(put);
      journal.forget(forget);
    });
    for (const label of put.filter(({ state }) => state === 'refused'))
      log.warn(
        { photo: label.photo, name: photoOf(label.photo)?.name, tag: name },
        'the tag does not stick; is its library read-only?',
      );
    for (const kind of ['tag', 'untag'] as const) {
      const lost = again.filter((label) => (label.state === 'removing') === (kind === 'untag'));
      if (lost.length === 0) continue;
      log.info({ tag: name, photos: lost.length }, 'the server lost the change; writing it again');
      const fresh = lost.map((l) => ({ ...l, baseline: seen.get(l.photo)?.updatedAt ?? l.baseline }));
      const verb = kind === 'tag' && !journal.ownTags(target.source).has(name) ? 'carry-tag' : kind;
      for (const batch of batches(fresh))
        await writeTagBatch(this.#options, verb, await target.ensureTag(name), batch, run);
    }
  }

  async #readBack(name: string, open: readonly OwnLabel[]): Promise<Map<PhotoKey, TagSeen | null>> {
    const keys = open.map((label) => label.photo);
    const view = await viewTag(this.#options, name, new Set(keys));
    const seen = new Map<PhotoKey, TagSeen | null>();
    const unclear: PhotoKey[] = [];
    for (const key of keys) {
      const now = view.of(key);
      if (now?.updatedAt === null) unclear.push(key);
      else if (now !== undefined) seen.set(key, now);
    }
    // Whether a photo without the tag has settled only its own page tells; the rest is asked at the next look.
    for (const [key, now] of await lookAtEach(this.#options, name, unclear.slice(0, fewPhotos)))
      seen.set(key, now);
    return seen;
  }

  /** What became of one label; null = wait. */
  #judge(label: OwnLabel, seen: TagSeen | null | undefined): OwnLabel | 'again' | 'forget' | null {
    const now = this.#options.clock.now();
    if (seen === undefined) return null;
    // A photo that is not there may come back (from the locked folder, say): its label sleeps until then.
    if (seen === null) return { ...label, state: 'verified', since: now };
    const waited = now - label.since;
    const settled = seen.updatedAt !== label.baseline || waited > forgottenMs;
    if (label.state === 'seen') {
      if (!seen.carried) return this.#lost(label, now);
      return waited >= secondLookMs ? { ...label, state: 'verified', since: now } : null;
    }
    if (!settled) return null;
    if (label.state === 'removing') {
      if (!seen.carried) return 'forget';
      return label.tries < mostTries ? 'again' : { ...label, state: 'verified', since: now };
    }
    return seen.carried ? { ...label, state: 'seen', since: now } : this.#lost(label, now);
  }

  #lost(label: OwnLabel, now: number): OwnLabel | 'again' {
    return label.tries < mostTries ? 'again' : { ...label, state: 'refused', since: now };
  }
}
