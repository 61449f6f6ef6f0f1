import fc from 'fast-check';
import t from 'tap';
import { isPaper } from '../../src/pipeline/fingerprint/paper.js';
import { plainIsPaper } from '../support/plain-hashing.js';

const area = 4096;

/** A ground with other greys on a share of it, so that both answers come up. */
const sheet = fc
  .record({
    ground: fc.integer({ min: 120, max: 255 }),
    spread: fc.integer({ min: 0, max: 80 }),
    written: fc.integer({ min: 0, max: area }),
    noise: fc.uint8Array({ minLength: area, maxLength: area }),
  })
  .map(({ ground, spread, written, noise }) =>
    noise.map((value, at) =>
      at < written ? value : Math.max(0, Math.min(255, ground + Math.round((value / 255 - 0.5) * spread))),
    ),
  );

void t.test('a sheet is told by its middle grey and what lies near it', (t) => {
  const answers = new Set<boolean>();
  fc.assert(
    fc.property(sheet, (pixels) => {
      const answer = isPaper({ pixels, aspect: 1 });
      answers.add(answer);
      return answer === plainIsPaper(pixels);
    }),
  );
  t.equal(answers.size, 2);
  for (let grey = 0; grey < 256; grey++)
    t.equal(isPaper({ pixels: new Uint8Array(area).fill(grey), aspect: 1 }), grey >= 160);
  t.end();
});
