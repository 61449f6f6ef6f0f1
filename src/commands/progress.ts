import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { EventEmitter } from 'eventemitter3';
import type { ProgressEvents } from '../agent/parts.js';
import { count, figure, say } from './context.js';

/** A line at most this often where there is no terminal, milliseconds. */
const lineEveryMs = 10_000;

/** What is said where there is no terminal. */
export const lineOf = {
  listed: (source: string, seen: number, expected: number | null): string =>
    `${source}: ${expected === null ? count(seen, 'photo') : partOf(seen, expected, 'photo')} listed`,
  examined: (done: number, waiting: number): string =>
    `${count(done, 'photo')} looked at, ${figure(waiting)} to go`,
  compared: (done: number, of: number): string => `${partOf(done, of, 'photo')} compared part by part`,
  labelled: (source: string, done: number, of: number): string =>
    `${source}: ${partOf(done, of, 'label')} written`,
};

/** `3 of 1,200 photos` */
function partOf(done: number, of: number, one: string): string {
  return `${figure(done)} of ${count(of, one)}`;
}

/** Shows how far the work is: bars on a terminal, a line now and then elsewhere. Returns what ends it. */
export function showProgress(events: EventEmitter<ProgressEvents>): () => void {
  return process.stderr.isTTY ? showBars(events) : showLines(events);
}

function showBars(events: EventEmitter<ProgressEvents>): () => void {
  const format = ' {name} {bar} {parts}';
  const options = { format, stream: process.stderr, hideCursor: true, clearOnComplete: true };
  const bars = new MultiBar({ ...options, emptyOnZero: true }, Presets.shades_grey);
  const known = new Map<string, SingleBar>();
  // Of what has no known end the bar stays empty.
  const set = (name: string, value: number, total: number | null): void => {
    const end = total === null ? Infinity : Math.max(total, value);
    const texts = { name: name.padEnd(14), parts: total === null ? `${value}` : `${value}/${end}` };
    const bar = known.get(name) ?? bars.create(end, value, texts);
    known.set(name, bar);
    bar.setTotal(end);
    bar.update(value, texts);
  };
  events.on('listed', (source, seen, expected) => set(`list ${source}`, seen, expected));
  events.on('examined', (done, waiting) => set('look at photos', done, done + waiting));
  events.on('compared', (done, of) => set('look for edits', done, of));
  events.on('labelled', (source, done, of) => set(`label ${source}`, done, of));
  events.on('stage', (text) => bars.log(`${text}\n`));
  const stop = (): void => {
    bars.stop();
    events.removeAllListeners();
  };
  // The cursor and line wrap are the terminal's own again, however the command ends.
  const interrupted = (): void => {
    stop();
    say('stopped; the next run goes on from here');
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  return () => {
    process.removeListener('SIGINT', interrupted);
    stop();
  };
}

function showLines(events: EventEmitter<ProgressEvents>): () => void {
  let lastAt = Date.now();
  const now = (text: string): void => {
    if (Date.now() - lastAt < lineEveryMs) return;
    lastAt = Date.now();
    say(text);
  };
  events.on('listed', (...told) => now(lineOf.listed(...told)));
  events.on('examined', (...told) => now(lineOf.examined(...told)));
  events.on('compared', (...told) => now(lineOf.compared(...told)));
  events.on('labelled', (...told) => now(lineOf.labelled(...told)));
  events.on('stage', (text) => say(`${text} ...`));
  return () => events.removeAllListeners();
}
