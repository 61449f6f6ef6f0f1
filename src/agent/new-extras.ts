import type { Member, PhotoKey } from '../model.js';
import { createPace } from '../pace.js';
import type { Log } from '../ports.js';
import type { GroupStore, PhotoStore } from '../store-ports.js';

export interface NewExtrasOptions {
  readonly photos: PhotoStore;
  readonly groups: GroupStore;
  readonly log: Log;
}

/** Lines of one round; what is more is counted. */
const mostTold = 20;

/** Says in the log which photos became extra copies, each once. */
export class NewExtras {
  readonly #options: NewExtrasOptions;
  #known: Set<PhotoKey> | null = null;

  constructor(options: NewExtrasOptions) {
    this.#options = options;
  }

  /** Call before photos are regrouped: what is an extra by then is no news. Free from the second call on. */
  begin(): void {
    this.#known ??= new Set(
      this.#options.groups
        .groups()
        .flatMap(({ members }) => members.flatMap(({ key, role }) => (role === 'extra' ? [key] : []))),
    );
  }

  /** Call with the photos that were regrouped: only their groups are looked at. */
  async tell(regrouped: readonly PhotoKey[]): Promise<void> {
    const { photos, groups, log } = this.#options;
    const looked = new Set<PhotoKey>();
    const pace = createPace();
    let news = 0;
    for (const key of regrouped) {
      await pace();
      if (looked.has(key)) continue;
      const photo = photos.get(key);
      const group = photo === null ? null : groups.groupOf(photo.id);
      if (group === null) this.#known?.delete(key);
      for (const member of group?.members ?? []) {
        looked.add(member.key);
        if (!this.#isNew(member) || ++news > mostTold) continue;
        const { kind: evidence, score } = member.evidence ?? {};
        const fields = { evidence, score, source: photos.get(member.key)?.source };
        const keeper = this.#nameOf(group?.keeper ?? key);
        log.info(fields, `${this.#nameOf(member.key)} is an extra copy of ${keeper}`);
      }
    }
    if (news > mostTold) log.info({ extras: news }, `and ${news - mostTold} more extra copies`);
  }

  /** Whether it has become an extra; remembers what it is now. */
  #isNew({ key, role }: Member): boolean {
    const before = this.#known?.has(key) === true;
    if (role === 'extra') this.#known?.add(key);
    else this.#known?.delete(key);
    return role === 'extra' && !before;
  }

  #nameOf(key: PhotoKey): string {
    return (this.#options.photos.get(key)?.name ?? key).replaceAll('\n', '\ufffd');
  }
}
