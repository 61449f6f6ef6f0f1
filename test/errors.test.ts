/* One line for a person out of an error and what is behind it. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { FatalError, describeError, exitCodes } from '../src/errors.js';

const fatal = (message: string, cause?: unknown): FatalError =>
  new FatalError('CODE', message, exitCodes.failed, { cause });

function systemError(): unknown {
  try {
    return readFileSync('/does/not/exist');
  } catch (error) {
    return error;
  }
}

void t.test('causes that say something new are told, others are not', (t) => {
  t.equal(
    describeError(fatal('the disk is full', new Error('SQLITE_FULL'))),
    'the disk is full: SQLITE_FULL',
  );
  t.equal(describeError(fatal('no: SQLITE_FULL', new Error('SQLITE_FULL'))), 'no: SQLITE_FULL');
  t.equal(describeError('text'), 'text');
  t.equal(describeError(5), 'unknown error');
  t.end();
});

void t.test('a system error behind a message that has it already is not told twice', (t) => {
  const cause = systemError();
  t.equal(
    describeError(fatal('/photos cannot be read (ENOENT: no such file or directory)', cause)),
    '/photos cannot be read (ENOENT: no such file or directory)',
  );
  t.equal(
    describeError(fatal('/photos cannot be read', cause)),
    '/photos cannot be read: ENOENT: no such file or directory',
  );
  t.match(describeError(cause), /\/does\/not\/exist/u, 'alone it names the path');
  t.end();
});
