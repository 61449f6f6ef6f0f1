/** Longest stretch of work between two looks at the event loop, milliseconds. */
const stretchMs = 15;

export type Pace = () => Promise<void> | undefined;

/** Lets long synchronous work breathe: `await pace()` in a loop yields to the event loop when the stretch is over. */
export function createPace(): Pace {
  let since = performance.now();
  return () => {
    if (performance.now() - since < stretchMs) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      since = performance.now();
    });
  };
}
