/* Lines for people end between words. */
import t from 'tap';
import { wrap } from '../../src/commands/wrap.js';

void t.test('breaks between words, later lines begin deeper', (t) => {
  t.equal(wrap('one two three four', 9, 2), 'one two\n  three\n  four');
  t.equal(wrap('  one two three', 9, 4), '  one two\n    three');
  t.equal(wrap('fits', 4, 2), 'fits');
  t.equal(wrap('', 9, 2), '');
  t.end();
});

void t.test('a word longer than a line stays whole', (t) => {
  t.equal(wrap('see /a/very/long/path now', 8, 1), 'see\n /a/very/long/path\n now');
  t.equal(wrap('/a/very/long/path', 8, 1), '/a/very/long/path');
  t.end();
});

void t.test('spaces that align stay, but not at a break', (t) => {
  t.equal(wrap('ok       name: text', 80, 9), 'ok       name: text');
  t.equal(wrap('aaaa   bbbb', 6, 2), 'aaaa\n  bbbb');
  t.end();
});
