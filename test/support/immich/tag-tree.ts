import type { TagRecord } from './records.js';
import type { State } from './state.js';

/** Finds (which moves a tag's updatedAt) or makes the tags of these values with all their parents; order kept, empty ones and repeats dropped. */
export function upsertTags(state: State, userId: string, values: readonly string[]): TagRecord[] {
  const results: TagRecord[] = [];
  for (const value of new Set(values)) {
    let parent: TagRecord | undefined;
    for (const part of value.split('/').filter(Boolean)) {
      const path: string = parent ? `${parent.value}/${part}` : part;
      const known: TagRecord | undefined = state.tagByValue(userId, path);
      if (known) known.updatedAt = state.now();
      parent = known ?? state.addTag(userId, path, parent?.id ?? null);
    }
    if (parent) results.push(parent);
  }
  return results;
}
