import t from 'tap';
import { hurriedClock } from './clocks.js';

/** Holds the whole process up, as others on the same machine do. */
const holdUp = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

void t.test('a process that is held up does not run out of hurried time', (t) => {
  const clock = hurriedClock(1000);
  const [before, since] = [clock.now(), Date.now()];
  holdUp(200);
  const passed = clock.now() - before;
  t.ok(passed <= Math.max(25_000, Date.now() - since), `${passed} of 200,000 ms`);
  t.ok(passed >= 200, 'and time does not stand still');
  t.end();
});

void t.test('a hurried sleep ends when its clock says so, or when it is aborted', async (t) => {
  const clock = hurriedClock(100);
  const before = clock.now();
  await clock.sleep(3_000);
  t.ok(clock.now() - before >= 3_000);
  const stop = new AbortController();
  const sleeping = clock.sleep(10 ** 9, stop.signal);
  stop.abort();
  await sleeping;
  await clock.sleep(10 ** 9, stop.signal);
});
