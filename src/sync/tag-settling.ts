import type { PhotoKey } from '../model.js';
import type { OwnLabel, TagRef, Run } from '../ports.js';
import { batches } from './operation.js';
import type { SyncParts } from './sync-parts.js';
import { mostTries } from './tag-plan.js';
import { findTag, writeTagBatch } from './tag-write.js';

/** Photos that are read one by one rather than by listing all carriers of the tag. */
const fewPhotos = 50;
/** A label is verified when it was read twice, this far apart: the server rewrites tags in the background. */
const secondLookMs = 1_000;
/** An untagged photo that the server did not touch again had nothing to settle. */
const quietMs = 5_000;

interface Seen {
  readonly carried: boolean;
  readonly updatedAt: number;
}

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
  unsettled(): OwnLabel[] {
    const labels = this.#options.journal.labels(this.#options.target.source, 'tag');
    return labels.filter((label) => ['written', 'seen', 'removing'].includes(label.state));
  }

  /**
   * One look at what became of our writes: verified, still under way, or lost to the server's own rewriting of tags and
   * written again. Returns how many are still open.
   */
  async settleOnce(run: Run, patienceMs: number): Promise<number> {
    const open = this.unsettled();
    for (const name of new Set(open.map((label) => label.name)))
      await this.#settleTag(
        name,
        open.filter((label) => label.name === name),
        run,
        patienceMs,
      );
    return this.unsettled().length;
  }

  async #settleTag(name: string, open: readonly OwnLabel[], run: Run, patienceMs: number): Promise<void> {
    const { target, journal, log } = this.#options;
    const tag = await findTag(this.#options, name);
    const seen = await this.#readBack(tag, name, open);
    const put: OwnLabel[] = [];
    const forget: OwnLabel[] = [];
    const again: OwnLabel[] = [];
    for (const label of open) {
      const verdict = this.#judge(label, seen.get(label.photo), patienceMs);
      if (verdict === 'forget') forget.push(label);
      else if (verdict === 'again') again.push(label);
      else if (verdict !== null) put.push(verdict);
    }
    journal.together(() => {
      journal.put(put);
      journal.forget(forget);
    });
    for (const label of put.filter(({ state }) => state === 'refused'))
      log.warn({ photo: label.photo, tag: name }, 'the tag does not stick; is its library read-only?');
    for (const kind of ['tag', 'untag'] as const) {
      const lost = again.filter((label) => (label.state === 'removing') === (kind === 'untag'));
      if (lost.length === 0) continue;
      log.info({ tag: name, photos: lost.length }, 'the server lost the change; writing it again');
      const fresh = lost.map((l) => ({ ...l, baseline: seen.get(l.photo)?.updatedAt ?? l.baseline }));
      for (const batch of batches(fresh))
        await writeTagBatch(this.#options, kind, tag ?? (await target.ensureTag(name)), batch, run);
    }
  }

  async #readBack(
    tag: TagRef | null,
    name: string,
    open: readonly OwnLabel[],
  ): Promise<Map<PhotoKey, Seen | null>> {
    const { target } = this.#options;
    const seen = new Map<PhotoKey, Seen | null>();
    if (open.length > fewPhotos && tag !== null)
      for (const [key, updatedAt] of await target.carriers(tag)) seen.set(key, { carried: true, updatedAt });
    const unknown = open.filter((label) => !seen.has(label.photo)).slice(0, fewPhotos);
    await Promise.all(
      unknown.map(async ({ photo }) => {
        const now = await target.tagsOf(photo);
        seen.set(photo, now && { carried: now.tags.includes(name), updatedAt: now.updatedAt });
      }),
    );
    return seen;
  }

  /** What became of one label; null = wait. */
  #judge(
    label: OwnLabel,
    seen: Seen | null | undefined,
    patienceMs: number,
  ): OwnLabel | 'forget' | 'again' | null {
    const now = this.#options.clock.now();
    if (seen === undefined) return null;
    if (seen === null) return 'forget';
    const waited = now - label.since;
    const moved = seen.updatedAt !== label.baseline;
    if (label.state === 'removing') {
      if (!seen.carried) return moved || waited > quietMs ? 'forget' : null;
      if (!moved && waited < patienceMs) return null;
      return label.tries < mostTries ? 'again' : { ...label, state: 'verified', since: now };
    }
    if (!seen.carried) {
      if (!moved && waited < patienceMs) return null;
      return label.tries < mostTries ? 'again' : { ...label, state: 'refused', since: now };
    }
    if (label.state === 'seen')
      return waited >= secondLookMs ? { ...label, state: 'verified', since: now } : null;
    return moved || waited >= patienceMs ? { ...label, state: 'seen', since: now } : null;
  }
}
