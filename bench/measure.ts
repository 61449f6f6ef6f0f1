/** The middle value; the mean of the two middle ones where their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] ?? NaN)
    : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
}

/** CPU time of all threads of this process while the work runs, milliseconds: other processes do not count. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Resident memory of this process now, MB (2^20 bytes); of what is really in use when `--expose-gc` was given. */
export function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1_048_576;
}

/** Three digits that count, without an exponent. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** `aim` with whether it was met. */
export function judged(aim: string, isMet: boolean): string {
  return `${aim}: ${isMet ? 'met' : '**not met**'}`;
}
