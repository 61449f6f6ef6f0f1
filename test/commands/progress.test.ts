/* What is told of the progress where there is no terminal. */
import t from 'tap';
import { lineOf } from '../../src/commands/progress.js';

void t.test('a listing whose end is not known tells how many were listed, not of how many', (t) => {
  t.equal(lineOf.listed('immich', 42, null), 'immich: 42 photos listed');
  t.equal(lineOf.listed('immich', 1, null), 'immich: 1 photo listed');
  t.equal(lineOf.listed('immich', 1_000, 12_345), 'immich: 1,000 of 12,345 photos listed');
  t.end();
});

void t.test('one photo is no photos', (t) => {
  t.equal(lineOf.examined(1, 0), '1 photo looked at, 0 to go');
  t.equal(lineOf.compared(0, 1), '0 of 1 photo compared part by part');
  t.equal(lineOf.labelled('immich', 1, 2), 'immich: 1 of 2 labels written');
  t.end();
});
