/*
 * What a library and its agent live through, at random: uploads, edits, trash, what a person labels and dismisses, sudden
 * deaths, undo. After each scan the labels are what the groups say and nothing of a person's has changed; in the end
 * everything is undone, and the library looks as if there had been no agent.
 *
 *   HISTORIES=1000 HISTORY_SEED=7 npx tap test/agent/histories.test.ts      more of them, or others
 *   HISTORY=12 npx tap test/agent/histories.test.ts                         that one alone
 */
import t from 'tap';
import { HistoryPlayer } from '../support/history-player.js';
import { histories, told } from '../support/history.js';

const count = Number(process.env['HISTORIES'] ?? 200);
const seed = Number(process.env['HISTORY_SEED'] ?? 1);
const only = process.env['HISTORY'];

// Waiting for the server to settle is most of it: side by side it costs once.
t.jobs = 8;
t.setTimeout(15 * 60_000);

histories(count, seed).forEach((steps, n) => {
  if (only !== undefined && only !== String(n)) return;
  void t.test(`history ${n}`, { buffered: true }, async (t) => {
    t.comment(told(steps));
    const player = await HistoryPlayer.begin(t);
    for (const step of steps) await player.play(step);
    await player.checkRebuilt();
    await player.end();
  });
});
