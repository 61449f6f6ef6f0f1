import fc from 'fast-check';
import t from 'tap';
import {
  areaOf,
  inverseFrame,
  isUpright,
  partFramesOf,
  rectFrame,
  wholeFrame,
  within,
  type Frame,
} from '../../src/pipeline/proof/frames.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const turnedFrame = fc
  .tuple(share, share, share, share)
  .map(([a, b, x, y]): Frame => [0.3 + a / 2, b / 10, x, -b / 10, 0.3 + a / 2, y]);
const isNear = (a: Frame, b: Frame): boolean => a.every((value, n) => Math.abs(value - (b[n] ?? NaN)) < 1e-9);

void t.test('a frame within its inverse is the whole', (t) => {
  fc.assert(fc.property(turnedFrame, (frame) => isNear(within(frame, inverseFrame(frame)), wholeFrame)));
  fc.assert(
    fc.property(
      turnedFrame,
      turnedFrame,
      (a, b) => Math.abs(areaOf(within(a, b)) - areaOf(a) * areaOf(b)) < 1e-9,
    ),
  );
  t.end();
});

void t.test('all parts lie inside the picture and are much smaller than none', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), (aspect) =>
      partFramesOf(aspect).every((frame) => {
        const [a, b, x, c, d, y] = frame;
        const corners = [x, x + a, x + b, x + a + b, y, y + c, y + d, y + c + d];
        return corners.every((at) => at > -1e-9 && at < 1 + 1e-9) && areaOf(frame) > 0.2;
      }),
    ),
  );
  t.end();
});

void t.test('the parts are always the same ones', (t) => {
  t.same(partFramesOf(1.5), partFramesOf(1.5));
  t.equal(partFramesOf(4 / 3).length, 77);
  t.ok(
    partFramesOf(1).some((frame) => isNear(frame, rectFrame(0, 0.21875, 1, 0.78125))),
    '16:9 of a square',
  );
  t.equal(partFramesOf(1.5).filter((frame) => !isUpright(frame)).length, 8);
  t.end();
});
