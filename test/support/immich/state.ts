import { createHash } from 'node:crypto';
import type { Clock } from './clock.js';
import type { AlbumRecord, AssetRecord, KeyRecord, LibraryRecord, Micros } from './records.js';
import type { PartnerRecord, StackRecord, TagRecord, UserRecord, WorkflowRecord } from './records.js';

/** Everything the stand-in knows: its database, and the little that keeps it consistent. */
export class State {
  readonly users = new Map<string, UserRecord>();
  readonly keys = new Map<string, KeyRecord>();
  readonly libraries = new Map<string, LibraryRecord>();
  readonly partners: PartnerRecord[] = [];
  readonly assets = new Map<string, AssetRecord>();
  readonly tags = new Map<string, TagRecord>();
  readonly albums = new Map<string, AlbumRecord>();
  readonly stacks = new Map<string, StackRecord>();
  readonly workflows = new Map<string, WorkflowRecord>();
  readonly #clock: Clock;
  readonly #idSeed: string;
  readonly #counters = new Map<string, number>();
  #lastMicros: Micros = 0;
  #ordered: AssetRecord[] | undefined;

  constructor(clock: Clock, idSeed: string) {
    this.#clock = clock;
    this.#idSeed = idSeed;
  }

  /** The database's clock_timestamp(): microseconds, never the same twice, hardly ever a round millisecond. */
  now(): Micros {
    this.#lastMicros = Math.max(this.#clock.now() * 1000 + 123, this.#lastMicros + 1);
    return this.#lastMicros;
  }

  /** A version 4 UUID; the n-th of a kind is the same in every run with the same seed. */
  newId(kind: string): string {
    const count = (this.#counters.get(kind) ?? 0) + 1;
    this.#counters.set(kind, count);
    const hex = createHash('sha1').update(`${this.#idSeed}:${kind}:${count}`).digest('hex');
    const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  /** Immich's row trigger: any update of the asset row moves updatedAt. */
  touch(asset: AssetRecord): void {
    asset.updatedAt = this.now();
  }

  /** All assets by fileCreatedAt, then id, oldest first; sorted only after a change. */
  assetsByTime(): readonly AssetRecord[] {
    this.#ordered ??= [...this.assets.values()].sort(
      (one, other) => one.fileCreatedAt - other.fileCreatedAt || (one.id < other.id ? -1 : 1),
    );
    return this.#ordered;
  }

  /** To be called when an asset comes, goes or gets another fileCreatedAt. */
  forgetOrder(): void {
    this.#ordered = undefined;
  }

  tagByValue(userId: string, value: string): TagRecord | undefined {
    for (const tag of this.tags.values()) if (tag.userId === userId && tag.value === value) return tag;
    return undefined;
  }

  addTag(userId: string, value: string, parentId: string | null, color: string | null = null): TagRecord {
    const now = this.now();
    const tag = { id: this.newId('tag'), userId, value, parentId, color, createdAt: now, updatedAt: now };
    this.tags.set(tag.id, tag);
    return tag;
  }

  /** Takes the tag and its children away from all assets, as the database's cascade does: no updatedAt, no sidecar. */
  removeTag(id: string): void {
    for (const child of [...this.tags.values()]) if (child.parentId === id) this.removeTag(child.id);
    this.tags.delete(id);
    for (const asset of this.assets.values()) asset.tagIds.delete(id);
  }

  /** The tag itself and all below it. */
  withDescendants(tagId: string): Set<string> {
    const ids = new Set([tagId]);
    for (const tag of this.tags.values()) if (tag.parentId !== null && ids.has(tag.parentId)) ids.add(tag.id);
    return ids;
  }

  /** Takes the stack away; its members' rows are updated (ON DELETE SET NULL fires the trigger). */
  removeStack(id: string): void {
    this.stacks.delete(id);
    for (const asset of this.assets.values()) {
      if (asset.stackId !== id) continue;
      asset.stackId = null;
      this.touch(asset);
    }
  }

  /** What follows from an asset's row being gone: album members, covers, stacks of one. */
  removeAsset(asset: AssetRecord): void {
    this.#leaveStack(asset);
    this.assets.delete(asset.id);
    this.forgetOrder();
    for (const album of this.albums.values()) {
      album.assetIds.delete(asset.id);
      if (album.thumbnailAssetId === asset.id) album.thumbnailAssetId = null;
    }
  }

  #leaveStack(asset: AssetRecord): void {
    const stack = asset.stackId === null ? undefined : this.stacks.get(asset.stackId);
    if (!stack) return;
    const others = [...this.assets.values()].filter(
      (other) => other.stackId === stack.id && other.id !== asset.id,
    );
    const [next] = others;
    if (others.length < 2 || !next) this.removeStack(stack.id);
    else if (stack.primaryAssetId === asset.id) stack.primaryAssetId = next.id;
  }
}
