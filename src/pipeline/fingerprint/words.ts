/** Four bytes as one word, first byte highest. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

export function storeWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = word >>> (24 - 8 * i);
}

/** Bits set in a 32-bit word. */
export function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits that differ between a row of `words`, from `at` on, and `hash`. */
export function bitsApart(words: Uint32Array, at: number, hash: Uint32Array): number {
  let bits = 0;
  for (let w = 0; w < hash.length; w++) bits += popCount((words[at + w] ?? 0) ^ (hash[w] ?? 0));
  return bits;
}

/** Bytes of a hash as words, first byte highest. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(bytes.length >> 2);
  for (let w = 0; w < words.length; w++) words[w] = wordAt(bytes, w * 4);
  return words;
}
