import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import sharp from 'sharp';

const report = new URL('../docs/BENCHMARKS.md', import.meta.url);
const heading = '# Benchmarks\n';

/**
 * Puts a benchmark's section into docs/BENCHMARKS.md: in place of the one it wrote before, else at the end. The sections of
 * other benchmarks stay. `name` marks the section in the file; `markdown` begins with its heading.
 */
export function writeSection(name: string, markdown: string): void {
  const text = existsSync(report) ? readFileSync(report, 'utf8') : heading;
  writeFileSync(report, withSection(text, name, markdown));
}

/** The text of the file with the section replaced or added. */
export function withSection(text: string, name: string, markdown: string): string {
  const mark = `<!-- ${name} -->`;
  const section = `${mark}\n\n${markdown.trim()}\n`;
  const [head = heading, ...sections] = text.split(/^(?=<!-- [\w-]+ -->$)/mu);
  const at = sections.findIndex((other) => other.startsWith(mark));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  return [head, ...sections].map((part) => part.trim()).join('\n\n') + '\n';
}

/** On what it was measured, for the first line of a section. */
export function madeBy(command: string): string {
  const cpu = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`;
  const versions = `Node ${process.version}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;
  return `Made by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${cpu}, ${versions}.`;
}
