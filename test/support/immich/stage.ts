import type { Test } from 'tap';
import { drawScene } from '../pictures.js';
import { startStandIn } from './stand-in.js';
import type { StandIn, StandInOptions } from './stand-in.js';

/** Status and parsed body of an answer. */
export type Answer = { status: number; body: unknown };

/** A stand-in with one user and the shortest ways to use it. */
export type Stage = {
  standIn: StandIn;
  anna: { id: string };
  ask: (method: string, path: string, body?: unknown, key?: string) => Promise<Answer>;
  photo: (more?: { libraryId?: string; owner?: { id: string }; justUploaded?: boolean }) => Promise<string>;
  tag: (value: string, key?: string) => Promise<string>;
};

const picture = await drawScene(1, { width: 120, height: 80 });

/** Starts a stand-in for one test; stopped when the test ends. */
export async function setStage(t: Test, options: StandInOptions = {}): Promise<Stage> {
  const standIn = await startStandIn(options);
  t.teardown(() => standIn.close());
  const anna = standIn.addUser('Anna');
  const own = standIn.addKey(anna, ['all']);
  let count = 0;
  const ask: Stage['ask'] = async (method, path, body, key = own) => {
    const headers = {
      'x-api-key': key,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${standIn.url}/api${path}`, { method, headers, ...sent });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const photo: Stage['photo'] = ({ owner = anna, ...more } = {}) =>
    standIn.addAsset(owner, { bytes: picture, fileName: `${count++}.jpg`, ...more });
  const tag: Stage['tag'] = async (value, key) => {
    const { body } = await ask('PUT', '/tags', { tags: [value] }, key);
    return (body as { id: string }[])[0]?.id ?? '';
  };
  return { standIn, anna, ask, photo, tag };
}
