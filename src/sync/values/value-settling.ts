import type { LabelValue, Run, ValueLabel } from '../../label-ports.js';
import type { PhotoKey } from '../../model.js';
import type { ValueOperation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import { mostTries } from '../tags/tag-plan.js';
import { forgottenMs, secondLookMs } from '../tags/tag-settling.js';
import type { ValueRules } from './value-kind.js';
import type { ValueWriter } from './value-write.js';

/** Values that one look is at: each photo is a request. */
const mostLooked = 500;

interface Seen {
  readonly value: LabelValue;
  readonly updatedAt: number;
}

/** What became of a label: a new state of it, over, or lost on its way and to be written again. */
type Verdict = ValueLabel | 'over' | 'again';

/**
 * Follows values that go through the file beside the photo until they are certain, like `TagSettling`: what was given was
 * read twice, what was taken off is as it was before us. A value that is neither was set by a person: theirs stays.
 */
export class ValueSettling {
  readonly #parts: SyncParts;
  readonly #fieldOf: (kind: ValueLabel['kind']) => {
    readonly rules: ValueRules;
    readonly writer: ValueWriter;
  };

  constructor(
    parts: SyncParts,
    fieldOf: (kind: ValueLabel['kind']) => { readonly rules: ValueRules; readonly writer: ValueWriter },
  ) {
    this.#parts = parts;
    this.#fieldOf = fieldOf;
  }

  /** Values whose fate on the server is still open. */
  unsettled(): readonly ValueLabel[] {
    return this.#parts.journal.openValues(this.#parts.target.source);
  }

  /** One look at each of some of them. What was lost is written again. */
  async settleOnce(run: Run): Promise<void> {
    const { journal, log, photoOf } = this.#parts;
    const open = this.unsettled().slice(0, mostLooked);
    const seen = await this.#look(open);
    const again: { readonly label: ValueLabel; readonly from: LabelValue }[] = [];
    journal.together(() => {
      for (const label of open) {
        const now = seen.get(label.photo);
        const verdict = this.#judge(label, now && { ...now, value: this.#valueOf(label, now.marks) });
        if (verdict === 'over') journal.forget([label]);
        else if (verdict === 'again') again.push({ label, from: this.#valueOf(label, now?.marks ?? null) });
        else if (verdict !== null) journal.put([verdict]);
        if (typeof verdict === 'object' && verdict?.state === 'refused')
          log.warn(
            { photo: label.photo, name: photoOf(label.photo)?.name, what: label.kind },
            'what was carried over does not stick; is its library read-only?',
          );
      }
    });
    for (const { label, from } of again) {
      const baseline = seen.get(label.photo)?.updatedAt ?? label.baseline;
      journal.put([{ ...label, baseline }]);
      log.info({ photo: label.photo, what: label.kind }, 'the server lost the change; writing it again');
      await this.#fieldOf(label.kind).writer.apply(operationOf(label, from), run, new Map(), () => undefined);
    }
  }

  /** Null = the photo is gone. */
  async #look(open: readonly ValueLabel[]): Promise<Map<PhotoKey, SeenMarks | null>> {
    const { target } = this.#parts;
    const seen = new Map<PhotoKey, SeenMarks | null>();
    await Promise.all(
      [...new Set(open.map(({ photo }) => photo))].map(async (photo) => {
        const marks = await target.marksOf(photo);
        seen.set(photo, marks && { marks, updatedAt: marks.updatedAt });
      }),
    );
    return seen;
  }

  #valueOf({ kind, value }: ValueLabel, marks: SeenMarks['marks'] | null): LabelValue {
    const { read, isSame } = this.#fieldOf(kind).rules;
    const now = marks === null || read === null ? null : read(marks);
    return now !== null && isSame?.(value, now) === true ? value : now;
  }

  /** Null = wait. */
  #judge(label: ValueLabel, seen: Seen | null | undefined): Verdict | null {
    const now = this.#parts.clock.now();
    if (seen === undefined) return null;
    // A photo that is not there may come back: its label sleeps until then.
    if (seen === null) return { ...label, state: 'verified', since: now };
    const waited = now - label.since;
    const isSettled = seen.updatedAt !== label.baseline || waited > forgottenMs;
    const isTwice = waited >= secondLookMs;
    const baseline = seen.updatedAt;
    if (label.state !== 'seen' && !isSettled) return null;
    if (label.state === 'removing') {
      if (seen.value !== label.value) return isTwice ? 'over' : null;
      return label.tries < mostTries ? 'again' : { ...label, baseline, state: 'verified', since: now };
    }
    if (seen.value === label.value) {
      if (label.state === 'written') return { ...label, state: 'seen', since: now };
      return isTwice ? { ...label, baseline, state: 'verified', since: now } : null;
    }
    if (seen.value !== label.before) return { ...label, state: 'by-hand', since: now };
    return label.tries < mostTries ? 'again' : { ...label, state: 'refused', since: now };
  }
}

type SeenMarks = {
  readonly marks: Parameters<NonNullable<ValueRules['read']>>[0];
  readonly updatedAt: number;
};

function operationOf(
  { source, kind, name, photo, value, before, state }: ValueLabel,
  from: LabelValue,
): ValueOperation {
  const verb = state === 'removing' ? ('take-off' as const) : ('put-on' as const);
  const to = state === 'removing' ? before : value;
  return {
    kind: `${verb}-${kind}` as ValueOperation['kind'],
    source,
    name,
    photos: [photo],
    changes: [{ from, to }],
  };
}
