import fc from 'fast-check';
import t from 'tap';
import { decodePath, encodePath, isBelow, parentOf } from '../../../src/sources/folder/path-bytes.js';

const cases: [number[] | string, string][] = [
  ['a/b c.jpg', 'a/b c.jpg'],
  ['ünï/日本.jpg', 'ünï/日本.jpg'],
  ['50%.jpg', '50%25.jpg'],
  [[0x61, 0xff, 0x62], 'a%FFb'],
  [[0xc3, 0x28], '%C3('],
  [[0xe4, 0xb8, 0x61], '%E4%B8a'],
  [[0xc0, 0xaf], '%C0%AF'],
  [[0xed, 0xa0, 0x80], '%ED%A0%80'],
  [[0xff, 0xc3, 0xa4, 0x25], '%FFä%25'],
];

void t.test('bytes and text', (t) => {
  for (const [bytes, text] of cases) {
    const path = Buffer.from(bytes as string);
    t.equal(encodePath(path), text);
    t.same(decodePath(text), path);
  }
  t.end();
});

void t.test('any name comes back as it was, and no two share a text', (t) => {
  const byte = fc.integer({ min: 1, max: 255 }).filter((value) => value !== 0x2f);
  const name = fc.array(byte, { minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(name, (bytes) => {
      const special = ['.', '..'].includes(bytes.toString('latin1'));
      const decoded = decodePath(encodePath(bytes));
      return special ? decoded === null : decoded?.equals(bytes) === true;
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = decodePath(text);
      return bytes === null || encodePath(bytes) === text;
    }),
  );
  t.end();
});

void t.test('paths that do not lie below a root are none', (t) => {
  for (const text of [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/..',
    './a',
    '../a',
    'a\0',
    '%2E',
    '%zz',
    '%2',
  ])
    t.equal(decodePath(text), null, JSON.stringify(text));
  t.end();
});

void t.test('parents and what lies below', (t) => {
  t.equal(parentOf(Buffer.from('a/b/c')).toString(), 'a/b');
  t.equal(parentOf(Buffer.from('a')).toString(), '');
  const below = (directory: string, path: string): boolean =>
    isBelow(Buffer.from(directory), Buffer.from(path));
  t.equal(below('/a', '/a/b'), true);
  t.equal(below('/a', '/ab'), false);
  t.equal(below('/a', '/a'), false);
  t.equal(below('/', '/a'), true);
  t.end();
});
