import type { CopyKind } from './library.js';

/** What was noted of the process. */
export interface ProcessFigures {
  readonly peakRssMb: number;
  /** Longest time that the event loop was held, milliseconds. */
  readonly longestStallMs: number;
}

interface CommonFigures extends ProcessFigures {
  /** Since the start of the scan. */
  readonly seconds: number;
  readonly downloads: number;
  readonly requests: Readonly<Record<string, number>>;
  /** Share of the copies that are labelled, 0 to 1. */
  readonly recall: Readonly<Record<CopyKind | 'all', number>>;
  /** Photos labelled that are copies of none. */
  readonly strangers: number;
}

/** By the time when the first labels were written. */
export interface FirstFigures extends CommonFigures {
  /** Seconds until all photos were listed, and until the candidates were looked at. */
  readonly listed: number;
  readonly proven: number;
  /** Downloads of photos outside true groups, by the number of those photos. */
  readonly inVain: number;
}

export interface FullFigures extends CommonFigures {
  readonly writes: number;
}

export interface Figures {
  readonly photos: number;
  /** Seconds for the plain loop over the listing. */
  readonly bare: number;
  readonly first: FirstFigures;
  /** Null where the scan was ended after the first labels. */
  readonly full: FullFigures | null;
  readonly second: FullFigures | null;
}
