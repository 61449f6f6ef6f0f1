import { FatalError, TerminalError, TransientError, describeError } from '../../errors.js';
import type { LabelState, LabelValue, Run, ValueChange, ValueLabel } from '../../label-ports.js';
import type { PhotoKey } from '../../model.js';
import { batches, type Outcome, type ValueOperation } from '../operation.js';
import type { SyncParts } from '../sync-parts.js';
import type { WantedValue } from './value-plan.js';
import type { ValueRules } from './value-kind.js';

type Step = ValueChange & { readonly photo: PhotoKey };

/** What a batch is part of. */
interface Task {
  readonly operation: ValueOperation;
  readonly run: Run;
  readonly wanted: ReadonlyMap<PhotoKey, WantedValue>;
}

/** Carries out operations on labels that are values. They take effect at once. */
export class ValueWriter {
  readonly #rules: ValueRules;
  readonly #parts: SyncParts;

  constructor(rules: ValueRules, parts: SyncParts) {
    this.#rules = rules;
    this.#parts = parts;
  }

  /** Each request is journalled before and after. Safe to repeat. Throws what stops the rest of the operation. */
  async apply(
    operation: ValueOperation,
    run: Run,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
    wrote: (labels: number) => void,
  ): Promise<Outcome> {
    const written: PhotoKey[] = [];
    const refused = new Map<PhotoKey, string>();
    const steps = operation.photos.flatMap((photo, at): Step[] => {
      const change = operation.changes[at];
      return change === undefined ? [] : [{ photo, ...change }];
    });
    for (const same of this.#inOneRequest(steps))
      for (const batch of batches(same)) {
        if (this.#parts.stopping.aborted) throw new TransientError('STOPPING', 'the agent is stopping');
        const outcome = await this.#write({ operation, run, wanted }, batch);
        written.push(...outcome.written);
        for (const [key, word] of outcome.refused) refused.set(key, word);
        wrote(batch.length);
      }
    return { written, refused };
  }

  /** Steps that may go in one request. */
  #inOneRequest(steps: readonly Step[]): Step[][] {
    const { inOneRequest } = this.#rules;
    const together = new Map<LabelValue, Step[]>();
    for (const step of steps) {
      const like = inOneRequest === 'one' || step.to === null ? step.to : 'any';
      const others = together.get(like);
      if (others === undefined) together.set(like, [step]);
      else others.push(step);
    }
    return [...together.values()];
  }

  async #write(task: Task, batch: readonly Step[]): Promise<Outcome> {
    const { journal, target } = this.#parts;
    const { source, kind, name } = task.operation;
    const photos = batch.map(({ photo }) => photo);
    const before = new Map(journal.values(source, this.#rules.kind, photos).map((l) => [l.photo, l]));
    const { number, labels } = journal.together(() => {
      const changes = batch.map((step) => ({ from: step.from, to: step.to }));
      const operationNumber = journal.begin(task.run, { source, kind, name, photos, changes });
      const begun = batch.map((step) =>
        this.#labelFor(step, before.get(step.photo), operationNumber, task.wanted),
      );
      journal.put(begun);
      return { number: operationNumber, labels: begun };
    });
    try {
      await this.#rules.write(target, new Map(batch.map(({ photo, to }) => [photo, to])));
    } catch (error) {
      const isRefused = error instanceof TerminalError || isForbidden(error);
      journal.together(() => {
        // Whether the server heard of it is not known unless it refused: then nothing of it was done.
        if (isRefused) this.#takeBack(labels, before);
        journal.end(number, describeError(error));
      });
      if (!(error instanceof TerminalError) || isAbsentRoute(error)) throw error;
      return this.#writeOthers(task, batch, error);
    }
    journal.together(() => {
      this.#settle(labels, batch);
      journal.end(number);
    });
    return { written: photos, refused: new Map() };
  }

  /** All or nothing: one photo that is not there keeps the others from it, so they are tried in halves. */
  async #writeOthers(task: Task, batch: readonly Step[], error: TerminalError): Promise<Outcome> {
    const [only] = batch;
    if (only === undefined || batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      const first = await this.#write(task, batch.slice(0, half));
      const second = await this.#write(task, batch.slice(half));
      return {
        written: [...first.written, ...second.written],
        refused: new Map([...first.refused, ...second.refused]),
      };
    }
    const isGone = (await this.#parts.target.marksOf(only.photo)) === null;
    return { written: [], refused: isGone ? new Map() : new Map([[only.photo, describeError(error)]]) };
  }

  #labelFor(
    { photo, from, to }: Step,
    known: ValueLabel | undefined,
    operation: number,
    wanted: ReadonlyMap<PhotoKey, WantedValue>,
  ): ValueLabel {
    const { target, clock, photoOf } = this.#parts;
    const { kind } = this.#rules;
    const isOurs = known !== undefined && known.state !== 'by-hand' && known.state !== 'refused';
    return {
      source: target.source,
      ...{ kind, name: kind, photo, state: 'pending', operation },
      tries: known !== undefined && isSameWay(known, to) ? known.tries + 1 : 1,
      baseline: Math.max(photoOf(photo)?.updatedAt ?? 0, known?.baseline ?? 0),
      since: clock.now(),
      signature: wanted.get(photo)?.signature ?? known?.signature ?? '',
      value: to ?? from ?? '',
      before: isOurs ? known.before : from,
    };
  }

  #settle(labels: readonly ValueLabel[], batch: readonly Step[]): void {
    const { journal, clock } = this.#parts;
    const since = clock.now();
    const now = new Map(batch.map(({ photo, to }) => [photo, to]));
    const isOver = ({ photo, before }: ValueLabel): boolean => {
      const to = now.get(photo) ?? null;
      return to === null || to === before;
    };
    if (this.#rules.settles === true) {
      const stateOf = (label: ValueLabel): LabelState => (isOver(label) ? 'removing' : 'written');
      journal.put(labels.map((label) => ({ ...label, state: stateOf(label), since })));
      return;
    }
    journal.forget(labels.filter(isOver));
    journal.put(
      labels.filter((label) => !isOver(label)).map((label) => ({ ...label, state: 'verified', since })),
    );
  }

  #takeBack(labels: readonly ValueLabel[], before: ReadonlyMap<PhotoKey, ValueLabel>): void {
    const { journal } = this.#parts;
    journal.forget(labels.filter(({ photo }) => !before.has(photo)));
    journal.put([...before.values()]);
  }
}

/** Written once more, because it was lost. */
function isSameWay({ state, before }: ValueLabel, to: LabelValue): boolean {
  return state === 'removing' ? to === before : (state === 'written' || state === 'seen') && to !== before;
}

/** The key lacks a permission: the server has done nothing. */
function isForbidden(error: unknown): error is FatalError {
  return error instanceof FatalError && error.code === 'IMMICH_FORBIDDEN';
}

/** True where nothing of this kind can be written with this key, or on this server. */
export function isUnable(error: unknown): error is FatalError | TerminalError {
  return isForbidden(error) || isAbsentRoute(error);
}

/** `Cannot PUT /api/assets/metadata`: this Immich has no such route. */
function isAbsentRoute(error: unknown): error is TerminalError {
  return error instanceof TerminalError && /Cannot [A-Z]+ \//u.test(error.message);
}
