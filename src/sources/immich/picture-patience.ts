import { FatalError, describeError, exitCodes, type OrganizerError } from '../../errors.js';
import type { Log } from '../../ports.js';
import { ofThisPhoto } from './http-errors.js';

export interface PicturePatienceOptions {
  /** Milliseconds that a picture may take in all. */
  readonly limitMs: number;
  /** A service tries for ever; who waits for a command does not. */
  readonly forEver: boolean;
  readonly log: Log;
}

/** What came too late once is waited for so long when a command asks for it again. */
const secondLimitMs = 10_000;
/** So many pictures asked for in vain, with none that came between, are no matter of single photos. */
const mostInVain = 20;

/** How long pictures are waited for, while the server answers everything else. */
export class PicturePatience {
  readonly #options: PicturePatienceOptions;
  readonly #late = new Set<string>();
  readonly #inVain = new Set<string>();

  constructor(options: PicturePatienceOptions) {
    this.#options = options;
  }

  /** Milliseconds for the next try of this picture. */
  limitOf(assetId: string): number {
    const { limitMs, forEver } = this.#options;
    return !forEver && this.#late.has(assetId) ? Math.min(limitMs, secondLimitMs) : limitMs;
  }

  came(assetId: string): void {
    this.#late.delete(assetId);
    if (this.#inVain.size >= mostInVain) this.#options.log.info({}, 'Immich sends pictures again');
    this.#inVain.clear();
  }

  /** What to throw for a picture that did not come. An empty one may be this picture alone, however often it happens. */
  missed(assetId: string, error: OrganizerError): OrganizerError {
    const { forEver, log } = this.#options;
    if (error.code === 'IMMICH_SLOW') this.#late.add(assetId);
    if (error.code === 'IMMICH_BAD_ANSWER') return error;
    const wereMany = this.#inVain.size >= mostInVain;
    this.#inVain.add(assetId);
    if (this.#inVain.size < mostInVain) return ofThisPhoto(error);
    const reason = describeError(error);
    if (!forEver)
      return new FatalError(
        'IMMICH_UNREACHABLE',
        `Immich answers, but sends no pictures (${mostInVain} asked for in vain): ${reason}`,
        exitCodes.unreachable,
        { cause: error },
      );
    if (!wereMany) log.warn({ reason }, 'Immich answers, but sends no pictures; they are tried again');
    return ofThisPhoto(error);
  }
}
