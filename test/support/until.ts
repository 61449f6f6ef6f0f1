/** Longest wait of a test for something that must come by itself, milliseconds: it only ends what would never come. */
const deadlineMs = 120_000;
const probeEveryMs = 10;

/**
 * Resolves with what `look` gives as soon as that is neither null, undefined nor false. An error that it throws means "not yet". Throws
 * after two minutes, saying what was waited for.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, null | undefined | false>> {
  const startedAt = Date.now();
  for (let last: unknown = null; ;) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false)
        return found as Exclude<T, null | undefined | false>;
      last = found;
    } catch (error) {
      last = error;
    }
    if (Date.now() - startedAt > deadlineMs) throw new Error(`waited in vain for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
  }
}
