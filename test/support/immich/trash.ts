import type { Immich } from './immich.js';
import type { AssetRecord } from './records.js';

/** Into the trash: still readable by id, out of the default listing, updatedAt moved. */
export function trash(immich: Immich, asset: AssetRecord): void {
  asset.deletedAt = immich.state.now();
  immich.state.touch(asset);
}

/** Out of the trash again. */
export function restore(immich: Immich, asset: AssetRecord): void {
  asset.deletedAt = null;
  immich.state.touch(asset);
}

/** Gone for ever, by a background job: for a moment the assets still show as trashed. */
export function deleteSoon(immich: Immich, assets: readonly AssetRecord[]): void {
  for (const asset of assets) {
    immich.background.after(immich.timing.sidecarDelayMs * 0.3, () => immich.state.removeAsset(asset));
  }
}
