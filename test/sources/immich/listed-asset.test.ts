/* Durations, as Immich lists them. */
import t from 'tap';
import { isUnreadable, readAsset } from '../../../src/sources/immich/listed-asset.js';
import { photoOfAsset } from '../../../src/sources/immich/map-asset.js';
import type { SourceName } from '../../../src/model.js';

const viewer = {
  source: 'home' as SourceName,
  server: 'home',
  userId: 'anna',
  isOurFavorite: () => false,
  preferenceOf: () => 0,
};

function durationOf(duration: unknown, more: object = {}): number | null {
  const asset = { id: 'a', ownerId: 'anna', checksum: 'AAAA', type: 'VIDEO', visibility: 'timeline' };
  const read = readAsset({ ...asset, duration, ...more });
  if (isUnreadable(read)) throw new Error(read.reason);
  return photoOfAsset(read, viewer).durationMs;
}

void t.test('a duration is text before 3.0 and a number of milliseconds since', (t) => {
  t.equal(durationOf('0:00:12.34567'), 12_346);
  t.equal(durationOf('00:01:02.500'), 62_500);
  t.equal(durationOf('1:02:03'), 3_723_000);
  t.equal(durationOf('125:00:00.00000'), 450_000_000);
  t.equal(durationOf(12_345), 12_345);
  t.end();
});

void t.test('no duration is not known, and of images only those that may move have one', (t) => {
  for (const none of ['0:00:00.00000', 0, null, undefined, '', 'soon', '1:2:3', -5, NaN, 1e300, {}, '12.5'])
    t.equal(durationOf(none), null, JSON.stringify(none));
  const image = (originalFileName: string): number | null =>
    durationOf(12_345, { type: 'IMAGE', originalFileName });
  t.equal(image('a.CR3'), null, 'how long a RAW file was exposed');
  t.equal(image('a.GIF'), 12_345);
  t.equal(image('a.webp'), 12_345);
  t.equal(durationOf(12_345, { visibility: undefined }), null, 'may be a part of a live photo');
  t.end();
});
