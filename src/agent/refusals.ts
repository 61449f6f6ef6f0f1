import { describeError } from '../errors.js';
import type { SourceName } from '../model.js';
import type { Log } from '../ports.js';
import { Refusals } from '../sources/immich/refusals.js';
import type { StateJson } from '../state/checkpoints.js';

/** What the key of an account was refused, kept in `state.json` for `doctor`. */
export function refusalsIn(json: StateJson, log: Log): (account: SourceName) => Refusals {
  return (account) =>
    new Refusals(json.refused(account), (now) => {
      json.rememberRefused(account, now).catch((error: unknown) => {
        log.debug({ reason: describeError(error) }, 'what Immich refused was not written down');
      });
    });
}
