import type { Group } from '../src/model.js';
import type { IndexedPhoto } from '../src/store-ports.js';
import { wrap } from '../src/commands/wrap.js';
import { sizeOf, type Explainer } from './explain.js';

const lineWidth = 80;
const nameWidth = 26;

/** Prints the demo's talk to stdout: plain text, at most 80 columns; headings bold on a terminal. */
export class Story {
  readonly #isTerminal = process.stdout.isTTY;
  readonly #startedAt = performance.now();

  title(text: string): void {
    this.line(this.#isTerminal ? `\u001B[1m${text}\u001B[22m` : text);
  }

  heading(text: string): void {
    this.line();
    this.title(text);
  }

  /** A paragraph, wrapped; lines after the first begin below its text. */
  say(text: string, indent = 0, hang = indent): void {
    this.line(wrap(' '.repeat(indent) + text, lineWidth, hang));
  }

  /** Something that happens now. */
  event(text: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    this.line();
    this.say(`+${seconds.padStart(4)} s  ${text}`, 0, 9);
  }

  /** What became of it. */
  outcome(label: string, text: string): void {
    this.say(`${label.padEnd(10)}${text}`, 9, 19);
  }

  /** The keeper with its extras, each with what proves it. */
  group({ members }: Group, explainer: Explainer): void {
    const [first] = members;
    const keeper = first === undefined ? null : explainer.photo(first);
    for (const member of members) {
      const photo = explainer.photo(member);
      if (photo === null || keeper === null) continue;
      if (member.role === 'keeper') this.line(`  keep   ${row(photo)}`);
      else {
        this.line(`  extra  ${row(photo)}`);
        this.say(explainer.evidence(member, keeper), 11);
        this.say(`kept instead: ${keeper.name}, ${explainer.keptBecause(keeper, photo)}`, 11);
      }
    }
  }

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }
}

function row(photo: IndexedPhoto): string {
  return `${photo.name.padEnd(nameWidth)}  ${sizeOf(photo)}`;
}

/** `1 photo`, `2 photos` */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
