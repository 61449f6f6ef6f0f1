import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 10;

/** Looks again and again until `isSo`; false when it is not within the time. Throws the reason when `stopped` aborts. */
export async function waitUntil(
  isSo: () => boolean,
  { withinMs, stopped }: { readonly withinMs: number; readonly stopped: AbortSignal },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    stopped.throwIfAborted();
    if (isSo()) return true;
    if (performance.now() > deadline) return false;
    await delay(lookEveryMs);
  }
}

/** Waits for `ms`. Throws the reason when `stopped` aborts. */
export async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopped }).catch(() => undefined);
  stopped.throwIfAborted();
}
