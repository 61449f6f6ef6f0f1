import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { dismissHere } from '../../src/agent/dismiss.js';
import type { Config } from '../../src/config.js';
import type { Group } from '../../src/model.js';
import type { Operation } from '../../src/sync/operation.js';
import { agentConfig } from './agent-config.js';
import { copyOf, runScan, runUndo, scanRequest, scene, withAgent } from './agent-stage.js';
import { dieAt } from './death.js';
import { labelSets, type LabelSet, type Step } from './history.js';
import { TwoLibraries } from './two-libraries.js';

const tag = 'possible-duplicate';
const settlingTries = 3;

/** Lives through a history, and looks after each scan whether all that was promised holds. */
export class HistoryPlayer {
  readonly #t: Test;
  readonly #libraries: TwoLibraries;
  readonly #root: string;
  #life = 1;
  #hasDied = false;
  /** Photos that a person took our tag off. */
  readonly #takenOff = new Set<string>();

  private constructor(t: Test, libraries: TwoLibraries) {
    this.#t = t;
    this.#libraries = libraries;
    this.#root = join(libraries.stage.stateDir, '..');
    mkdirSync(this.#stateDir, { recursive: true });
  }

  static async begin(t: Test): Promise<HistoryPlayer> {
    return new HistoryPlayer(t, await TwoLibraries.open(t));
  }

  get #stateDir(): string {
    return join(this.#root, `life-${this.#life}`, 'state');
  }

  #config(stateDir = this.#stateDir): Config {
    const { standIn, key } = this.#libraries.stage;
    return agentConfig(stateDir, { accounts: [{ url: standIn.url, apiKey: key }] });
  }

  async play(step: Step): Promise<void> {
    await this.#libraries.settled();
    switch (step.do) {
      case 'upload': {
        const { scene: seed, how } = step;
        await this.#libraries.upload(how === 'as it is' ? await scene(seed) : await copyOf(seed, how));
        break;
      }
      case 'scan':
        await this.#scan(step.labels);
        break;
      case 'die':
        await this.#die(step);
        break;
      case 'undo':
        await runUndo(this.#config(), step.what);
        break;
      case 'forget dismissals':
        await this.#offline((agent) => dismissHere(agent, { action: 'forget', what: 'all' }));
        break;
      case 'lose the index':
        for (const end of ['', '-wal', '-shm'])
          rmSync(join(this.#stateDir, `index.db${end}`), { force: true });
        break;
      case 'refresh metadata':
        this.#libraries.refreshMetadata();
        break;
      default:
        await this.#touch(step);
    }
    await this.#libraries.settled();
    this.#checkPersons();
  }

  /** After whatever step: what a person made is as it would be without us. */
  #checkPersons(): void {
    const [seen, untouched] = [this.#libraries.seen(), this.#libraries.untouched()];
    const lost = Object.entries(untouched.photos).filter(([name, mine]) => {
      const photo = seen.photos[name];
      const hasTags = mine.tags.every((one) => photo?.tags.includes(one) === true);
      const hasHeart = !mine.isFavorite || photo?.isFavorite === true;
      return !hasTags || !hasHeart || photo?.isTrashed !== mine.isTrashed;
    });
    this.#t.same(lost, [], 'nothing of a person is lost');
    const albums = Object.keys(untouched.albums).map((name) => [name, seen.albums[name]]);
    this.#t.same(Object.fromEntries(albums), untouched.albums, 'albums of a person');
  }

  /** What a person does with one photo. */
  async #touch(step: Extract<Step, { photo: number }>): Promise<void> {
    const libraries = this.#libraries;
    const name = libraries.pick(step.photo);
    if (name === null) return;
    switch (step.do) {
      case 'trash':
        libraries.trash(name);
        break;
      case 'restore':
        libraries.restore(name);
        break;
      case 'delete':
        libraries.deleteForever(name);
        break;
      case 'heart':
        libraries.heart(name);
        break;
      case 'album':
        await libraries.album(name);
        break;
      case 'exchange':
        await libraries.exchange(name, await scene(step.scene));
        break;
      case 'tag':
        if (libraries.seen().photos[name]?.tags.includes(step.tag) === true) this.#takenOff.add(name);
        libraries.tag(name, step.tag);
        break;
      case 'stack':
        await libraries.stack(name, libraries.pick(step.other) ?? name);
        break;
      case 'dismiss':
        await this.#dismissGroupOf(name);
    }
  }

  async #offline<T>(work: Parameters<typeof withAgent<T>>[1]): Promise<T> {
    return withAgent(this.#config(), work, { sources: 'local' });
  }

  async #groups(): Promise<readonly Group[]> {
    return this.#offline((agent) => Promise.resolve(agent.state.groups.groups()));
  }

  async #dismissGroupOf(name: string): Promise<void> {
    const group = (await this.#groups()).find(({ members }) =>
      members.some(({ key }) => key.endsWith(this.#libraries.stage.id(name))),
    );
    const what = group === undefined ? [] : [String(group.number)];
    if (what.length > 0) await this.#offline((agent) => dismissHere(agent, { action: 'dismiss', what }));
  }

  async #die({ labels, nth, when }: Extract<Step, { do: 'die' }>): Promise<void> {
    const settings = labelSets[labels];
    const death = { request: scanRequest(settings), labels: { tags: settings.tag !== null }, nth, when };
    const stage = { ...this.#libraries.stage, stateDir: this.#stateDir };
    const left = await dieAt(this.#t, stage, death);
    if (left === null) return;
    this.#hasDied = true;
    this.#life++;
    mkdirSync(join(this.#stateDir, '..'), { recursive: true });
    renameSync(left, this.#stateDir);
  }

  async #scan(labels: LabelSet): Promise<void> {
    const t = this.#t;
    const options = { settings: labelSets[labels], allowRemovals: true };
    const planned = await runScan(this.#config(), { ...options, dryRun: true });
    const done = await runScan(this.#config(), options);
    t.match(done, { failed: 0, errors: [], operations: { failed: 0 } }, `scan: ${labels}`);
    // What a process that died left unsettled is settled by the scan first, which a plan cannot do.
    if (!this.#hasDied) t.same(done.plan, planned.plan, 'it writes what was planned');
    else t.same(missing(planned.plan, done.plan), [], 'it writes what was planned, and what that led to');
    this.#hasDied = false;
    await this.#libraries.settled();
    const again = await runScan(this.#config(), options);
    t.match(again, { downloads: 0, operations: { applied: 0, failed: 0 } }, 'a second scan does nothing');
    await this.#libraries.settled();
    await this.#check(labels);
  }

  /** Labels follow the groups, and what a person made is as it would be without us. */
  async #check(labels: LabelSet): Promise<void> {
    const t = this.#t;
    const settings = labelSets[labels];
    const { stage } = this.#libraries;
    const [seen, untouched] = [this.#libraries.seen(), this.#libraries.untouched()];
    const members = (await this.#groups()).flatMap((group) => group.members);
    for (const [name, photo] of Object.entries(seen.photos)) {
      const mine = untouched.photos[name];
      const member = members.find(({ key }) => key.endsWith(stage.id(name)));
      if (mine === undefined) throw new Error(`${name} is in one library only`);
      t.same(without(photo.tags), without(mine.tags), `${name}: a person's tags`);
      if (mine.tags.includes(tag)) t.ok(photo.tags.includes(tag), `${name}: a tag put on by hand stays`);
      // One in the trash keeps what it has: it may be restored.
      else if (settings.tag !== null && !photo.isTrashed) {
        const isDue = member !== undefined && (settings.tag.scope === 'all' || member.role === 'extra');
        if (photo.tags.includes(tag)) t.ok(isDue, `${name}: tagged, as its group says`);
        else t.ok(!isDue || this.#takenOff.has(name), `${name}: not tagged, as its group says`);
      }
      if (mine.isFavorite) t.ok(photo.isFavorite, `${name}: a favourite of a person stays`);
      else if ('values' in settings && settings.values.kinds.has('favorite'))
        t.ok(!photo.isFavorite || member?.role === 'keeper', `${name}: our favourites are keepers`);
      if (mine.stack.length > 0) t.same(photo.stack, mine.stack, `${name}: a person's stack`);
    }
    for (const [name, photos] of Object.entries(untouched.albums))
      t.same(seen.albums[name], photos, `album ${name}`);
  }

  /** The groups of an index made anew, with what cannot be rebuilt, are the same. */
  async checkRebuilt(): Promise<void> {
    const groups = await this.#groups();
    const fresh = join(this.#root, 'fresh');
    mkdirSync(fresh);
    cpSync(join(this.#stateDir, 'journal.db'), join(fresh, 'journal.db'));
    await runScan(this.#config(fresh), { dryRun: true });
    const again = await withAgent(
      this.#config(fresh),
      (agent) => Promise.resolve(agent.state.groups.groups()),
      { sources: 'local' },
    );
    this.#t.same(
      this.#named(again),
      this.#named(groups),
      'groups are a function of the photos and of what was dismissed',
    );
  }

  /** Members of each group, the keeper first, by the number of the group. */
  #named(groups: readonly Group[]): Record<number, readonly string[]> {
    const { ids } = this.#libraries.stage;
    const nameOf = (key: string): string =>
      Object.keys(ids).find((name) => key.endsWith(`:${ids[name]}`)) ?? key;
    return Object.fromEntries(
      groups.map(({ number, members }) => [number, members.map(({ key }) => nameOf(key))]),
    );
  }

  #checkUndone(when: string): void {
    const [seen, untouched] = [this.#libraries.seen(), this.#libraries.untouched()];
    // A tag of ours that a person used too goes with the last photo that carried it.
    const isCarried = (name: string): boolean =>
      Object.values(untouched.photos).some(({ tags }) => tags.some((one) => name.endsWith(`: ${one}`)));
    const isUnused = (name: string): boolean => !isCarried(name) && !seen.tags.includes(name);
    this.#t.same(seen, { ...untouched, tags: untouched.tags.filter((name) => !isUnused(name)) }, when);
  }

  /** Takes everything back: the library is as if there had been no agent, also when its files are read again. */
  async end(): Promise<void> {
    const libraries = this.#libraries;
    // Our minutes are seconds here, those of the server are not: it may say that the server had not settled in time.
    for (let tries = 0, failed = 1; failed > 0 && tries < settlingTries; tries++) {
      failed = (await runUndo(this.#config(), 'all')).failed;
      await libraries.settled();
    }
    this.#checkUndone('undone');
    libraries.refreshMetadata();
    await libraries.settled();
    this.#checkUndone('undone, and read again');
    const deletions = libraries.standIn.requests
      .all()
      .filter(({ method, route }) => method === 'DELETE' && /^\/(?:assets|trash)$/u.test(route));
    this.#t.same(deletions, [], 'no photo was deleted');
  }
}

function without(tags: readonly string[]): readonly string[] {
  return tags.filter((one) => one !== tag);
}

/** What is planned and was not done, photo by photo. */
function missing(planned: readonly Operation[], done: readonly Operation[]): string[] {
  const each = (plan: readonly Operation[]): string[] =>
    plan.flatMap(({ kind, name, photos }) => photos.map((photo) => `${kind} ${name} ${photo}`));
  const all = new Set(each(done));
  return each(planned).filter((one) => !all.has(one));
}
