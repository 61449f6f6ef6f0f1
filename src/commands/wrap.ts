/** Where nobody says how wide a line is. */
const usualWidth = 80;
const narrowest = 40;
const widest = 100;

/** Columns that lines for people may have. */
export function screenWidth(): number {
  if (!process.stdout.isTTY) return usualWidth;
  return Math.min(widest, Math.max(narrowest, process.stdout.columns));
}

/**
 * Breaks a line between words; the lines after the first begin with `hang` spaces. A word that is longer than a line stays
 * whole.
 */
export function wrap(text: string, width: number, hang: number): string {
  const lines: string[] = [];
  const indent = /^ */u.exec(text)?.[0] ?? '';
  let line = indent;
  let isEmpty = true;
  for (const word of text.slice(indent.length).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(hang);
      isEmpty = true;
    }
    // Spaces that stand in a row align something, but at the beginning of a line.
    if (isEmpty && word === '' && lines.length > 0) continue;
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}
