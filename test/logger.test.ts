import { Writable } from 'node:stream';
import t from 'tap';
import { createLog, silentLog } from '../src/logger.js';

/** A stream that remembers what was written, at once. */
class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  lines(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

void t.test('one JSON document a line, from the level on', (t) => {
  const sink = new Sink();
  const log = createLog('info', { pretty: false, destination: sink });
  log.debug({}, 'not said');
  log.info({ source: 'home', photos: 3 }, 'listed');
  log.warn({}, 'careful');
  log.error({}, 'broken');
  const lines = sink.lines();
  t.match(lines, [
    { level: 'info', source: 'home', photos: 3, msg: 'listed', time: /^\d{4}-.*Z$/u },
    { level: 'warn', msg: 'careful' },
    { level: 'error', msg: 'broken' },
  ]);
  t.equal(lines.length, 3);
  t.end();
});

void t.test('secrets are blacked out by their key, at any depth and in errors', (t) => {
  for (const pretty of [false, true]) {
    const sink = new Sink();
    const log = createLog('debug', { pretty, destination: sink });
    const error = Object.assign(new Error('refused', { cause: { headers: { 'x-api-key': 'S3CRET' } } }), {
      code: 'ERR_REFUSED',
      options: { headers: { 'x-api-key': 'S3CRET' } },
    });
    log.info({ apiKey: 'S3CRET', api_key: 'S3CRET', token: 'S3CRET', secret: 'S3CRET' }, 'top');
    log.info({ a: { b: { c: [{ d: { 'X-Api-Key': 'S3CRET', Authorization: 'S3CRET' } }] } } }, 'deep');
    log.info(
      { m: new Map([['webhookSecret', 'S3CRET']]), s: new Set([{ WEBHOOK_SECRET: 'S3CRET' }]) },
      'odd',
    );
    log.error({ err: error, error }, 'failed');
    t.notMatch(sink.text, /S3CRET/u);
    t.match(sink.text, /\[redacted\]/u);
    t.match(sink.text, /refused/u);
    t.match(sink.text, /ERR_REFUSED/u);
  }
  t.end();
});

void t.test('an error keeps its name, code, message and cause', (t) => {
  const sink = new Sink();
  const err = new TypeError('outer', { cause: new Error('inner') });
  createLog('info', { pretty: false, destination: sink }).error({ err }, 'failed');
  t.match(sink.lines(), [
    { err: { type: 'TypeError', message: 'outer', stack: String, cause: { message: 'inner' } } },
  ]);
  t.end();
});

void t.test('what JSON cannot hold is written in words, and circles end', (t) => {
  const sink = new Sink();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const fields = { big: 2n, bytes: new Uint8Array(4), url: new URL('http://a/b'), at: new Date(0), circle };
  createLog('info', { pretty: false, destination: sink }).info(fields, 'odd');
  t.match(sink.lines(), [
    { big: '2', bytes: '[4 bytes]', url: 'http://a/b', at: '1970-01-01T00:00:00.000Z', circle: {} },
  ]);
  t.end();
});

void t.test('pretty is for people: one line, written at once', (t) => {
  const sink = new Sink();
  createLog('info', { pretty: true, destination: sink }).info({ photos: 3 }, 'listed');
  t.match(sink.text, /^\[\d\d:\d\d:\d\d\] INFO: listed \{"photos":3\}\n$/u);
  t.end();
});

void t.test('the silent log and the silent level say nothing', (t) => {
  const sink = new Sink();
  for (const log of [silentLog, createLog('silent', { pretty: false, destination: sink })]) {
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
  }
  t.equal(sink.text, '');
  t.end();
});
