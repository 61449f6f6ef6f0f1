const pageSize = 4096;

/** A small number for each id of a photo or a copy. 4 bytes each where ids are close together, as those of one index are. */
export class IdSlots {
  readonly #pages = new Map<number, Uint32Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Undefined for an id that has none. */
  get(id: number): number | undefined {
    const kept = this.#pages.get(Math.floor(id / pageSize))?.[id % pageSize] ?? 0;
    return kept === 0 ? undefined : kept - 1;
  }

  /** `slot`: 0 to 2^32 - 2. */
  set(id: number, slot: number): void {
    const number = Math.floor(id / pageSize);
    let page = this.#pages.get(number);
    if (page === undefined) this.#pages.set(number, (page = new Uint32Array(pageSize)));
    if (page[id % pageSize] === 0) this.#size++;
    page[id % pageSize] = slot + 1;
  }

  /** May be repeated. */
  delete(id: number): void {
    const page = this.#pages.get(Math.floor(id / pageSize));
    if (page === undefined || page[id % pageSize] === 0) return;
    page[id % pageSize] = 0;
    this.#size--;
  }
}
