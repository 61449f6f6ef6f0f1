import type { SourceReader } from '../pipeline/source-reader.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import type { Reconciler } from '../sync/reconciler.js';

/** An account with the part that reads it and the one that labels it. */
export interface LabelledAccount {
  readonly account: ImmichAccount;
  readonly reader: SourceReader;
  readonly reconciler: Reconciler;
}
