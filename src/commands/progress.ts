import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { EventEmitter } from 'eventemitter3';
import type { ProgressEvents } from '../agent/parts.js';
import { say } from './context.js';

/** A line at most this often where there is no terminal, milliseconds. */
const lineEveryMs = 10_000;

/** Shows how far the work is: bars on a terminal, a line now and then elsewhere. Returns what ends it. */
export function showProgress(events: EventEmitter<ProgressEvents>): () => void {
  return process.stderr.isTTY ? showBars(events) : showLines(events);
}

function showBars(events: EventEmitter<ProgressEvents>): () => void {
  const format = ' {name} {bar} {value}/{total}';
  const options = { format, stream: process.stderr, hideCursor: true, clearOnComplete: true };
  const bars = new MultiBar({ ...options, emptyOnZero: true }, Presets.shades_grey);
  const known = new Map<string, SingleBar>();
  const set = (name: string, value: number, total: number): void => {
    const bar = known.get(name) ?? bars.create(total, value, { name: name.padEnd(14) });
    known.set(name, bar);
    bar.setTotal(Math.max(total, value));
    bar.update(value);
  };
  events.on('listed', (source, seen, expected) => set(`list ${source}`, seen, expected ?? seen));
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
  events.on('listed', (source, seen, expected) =>
    now(`${source}: ${seen} of ${expected ?? 'an unknown number of'} photos listed`),
  );
  events.on('examined', (done, waiting) => now(`${done} photos looked at, ${waiting} to go`));
  events.on('compared', (done, of) => now(`${done} of ${of} photos compared part by part`));
  events.on('labelled', (source, done, of) => now(`${source}: ${done} of ${of} labels written`));
  events.on('stage', (text) => say(`${text} ...`));
  return () => events.removeAllListeners();
}
