import fc from 'fast-check';
import t from 'tap';
import type { Content } from '../../src/model.js';
import { Dismissed } from '../../src/pipeline/groups/dismissed.js';
import type { Dismissal } from '../../src/store-ports.js';
import { onServer, sha1Of } from '../support/made-photo.js';

const of = (id: string, bytes: number | null = null): Content => ({
  key: onServer(id),
  sha1: bytes === null ? null : sha1Of(bytes),
});
const pair = (a: Content, b: Content): Pick<Dismissal, 'pair'> => ({
  pair: [
    { ...a, name: 'a' },
    { ...b, name: 'b' },
  ],
});

void t.test('a pair is found by bytes, whatever places they lie in', (t) => {
  const dismissed = new Dismissed([pair(of('a', 1), of('b', 2))]);
  t.ok(dismissed.has(of('a', 1), of('b', 2)));
  t.ok(dismissed.has(of('b', 2), of('a', 1)));
  t.ok(dismissed.has(of('uploaded-again', 1), of('b', 2)));
  t.notOk(dismissed.has(of('a', 1), of('c', 3)));
  t.notOk(dismissed.has(of('a', 9), of('b', 2)), 'other bytes under the same key are another picture');
  t.notOk(dismissed.has(of('a', 1), of('again', 1)), 'two copies of one of them are copies');
  t.ok(dismissed.concerns(of('x', 2)));
  t.notOk(dismissed.concerns(of('x', 3)));
  t.end();
});

void t.test('before bytes are read the key stands for them', (t) => {
  const dismissed = new Dismissed([pair(of('a'), of('b', 2))]);
  t.ok(dismissed.has(of('a'), of('b', 2)));
  t.ok(dismissed.has(of('a', 1), of('b', 2)), 'they were read since');
  t.ok(dismissed.has(of('a'), of('b')), 'the index was lost');
  t.notOk(dismissed.has(of('x', 1), of('b', 2)));
  t.same([...dismissed.unread], [onServer('a')]);
  t.end();
});

void t.test('two copies of the same bytes that are both wanted', (t) => {
  const dismissed = new Dismissed([pair(of('a', 1), of('b', 1))]);
  t.ok(dismissed.has(of('a', 1), of('b', 1)));
  t.ok(dismissed.has(of('a', 1), of('c', 1)), 'no two places of these bytes are duplicates');
  t.notOk(dismissed.has(of('a', 1), of('a', 1)), 'no photo is apart from itself');
  t.notOk(dismissed.has(of('a', 1), of('d', 2)));
  t.end();
});

void t.test('symmetric, and what is not said of anybody is said of nobody', (t) => {
  const content = fc
    .record({ id: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.constantFrom(null, 1, 2) })
    .map(({ id, bytes }) => of(id, bytes));
  fc.assert(
    fc.property(fc.array(fc.tuple(content, content), { maxLength: 6 }), content, content, (pairs, a, b) => {
      const said = pairs.filter(([x, y]) => x.key !== y.key);
      const dismissed = new Dismissed(said.map(([x, y]) => pair(x, y)));
      const has = dismissed.has(a, b);
      const isHeld = said.some(
        ([x, y]) => a.key === x.key && b.key === y.key && a.sha1 === x.sha1 && b.sha1 === y.sha1,
      );
      return (
        has === dismissed.has(b, a) &&
        (!isHeld || has) &&
        (!has || (dismissed.concerns(a) && dismissed.concerns(b) && a.key !== b.key))
      );
    }),
    { numRuns: 1000 },
  );
  t.end();
});
