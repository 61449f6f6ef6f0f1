/** Permission to the request that it was refused for (`PUT /assets`). */
export type Refused = Readonly<Record<string, string>>;

/**
 * Permissions that a server refused to a key. An Immich before 1.140 does not tell what a key may do: what was refused once is
 * known after, until the same request goes through.
 */
export class Refusals {
  readonly #refused: Map<string, string>;
  readonly #changed: (now: Refused) => void;

  constructor(known: Refused = {}, changed: (now: Refused) => void = () => undefined) {
    this.#refused = new Map(Object.entries(known));
    this.#changed = changed;
  }

  get permissions(): ReadonlySet<string> {
    return new Set(this.#refused.keys());
  }

  refused(request: string, permission: string): void {
    if (this.#refused.has(permission)) return;
    this.#refused.set(permission, request);
    this.#changed(Object.fromEntries(this.#refused));
  }

  passed(request: string): void {
    const over = [...this.#refused].filter(([, of]) => of === request);
    if (over.length === 0) return;
    for (const [permission] of over) this.#refused.delete(permission);
    this.#changed(Object.fromEntries(this.#refused));
  }
}
