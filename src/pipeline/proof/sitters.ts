import type { CopyId } from '../../model.js';
import type { CopyStore } from '../../store-ports.js';
import type { GreyCopy } from '../fingerprint/grey-copy.js';
import { unpackCopy } from '../fingerprint/packed-copy.js';
import { sitterOf, type Sitter } from './pair-proof.js';

const mostSitters = 200;

/** Pictures made ready for proofs, the last ones kept. Taken as they are stored: what is found must not depend on which came first. */
export class Sitters {
  readonly #copies: Pick<CopyStore, 'get'>;
  readonly #ready = new Map<CopyId, Sitter>();

  constructor(copies: Pick<CopyStore, 'get'>) {
    this.#copies = copies;
  }

  /** Null when it is gone. Another picture never gets its id. */
  get(id: CopyId): Sitter | null {
    const known = this.#ready.get(id);
    if (known !== undefined) return known;
    const copy = this.copy(id);
    if (copy === null) return null;
    const sitter = sitterOf(copy);
    const [oldest] = this.#ready.keys();
    if (this.#ready.size >= mostSitters && oldest !== undefined) this.#ready.delete(oldest);
    this.#ready.set(id, sitter);
    return sitter;
  }

  copy(id: CopyId): GreyCopy | null {
    const stored = this.#copies.get(id);
    return stored && { pixels: unpackCopy(stored.pixels), aspect: stored.aspect };
  }
}
