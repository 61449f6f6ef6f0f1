/** Bits that differ between two hashes of one length. */
export function bitsApart(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, i) => {
    let bits = 0;
    for (let rest = byte ^ (b[i] ?? 0); rest > 0; rest &= rest - 1) bits++;
    return sum + bits;
  }, 0);
}
