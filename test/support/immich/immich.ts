import type { Background } from './background.js';
import type { State } from './state.js';
import type { Version } from './version.js';

/** How long Immich takes for what it does after answering. */
export type Timing = {
  /** The tag round trip: write the sidecar, read it back, replace the tags. */
  sidecarDelayMs: number;
  /** From the upload to the thumbnail; 0 = at once. */
  thumbnailDelayMs: number;
};

/** What the parts of the stand-in share. */
export type Immich = {
  state: State;
  background: Background;
  version: Version;
  timing: Timing;
  /** Lines Immich would have written into its log (warnings and errors only). */
  log: string[];
  /** A number in [0, 1), the same sequence in every run. */
  random(): number;
};
