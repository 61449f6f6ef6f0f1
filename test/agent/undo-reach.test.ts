/* Labels in accounts that cannot be reached do not keep the rest from being taken back. */
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.js';
import { copyOf, libraryStage, runScan, runUndo, scene, type AgentStage } from '../support/agent-stage.js';

const tag = 'possible-duplicate';

interface TwoAccounts {
  readonly stage: AgentStage;
  readonly both: Config;
  /** Only the account `immich`, which is Anna's. */
  readonly one: Config;
}

/** Anna with three labels and Ben with one, both scanned. */
async function twoAccounts(t: Test): Promise<TwoAccounts> {
  const stage = await libraryStage(t);
  const user = stage.standIn.addUser('Ben');
  await stage.add('ben-hut', await scene(3), {}, user);
  await stage.add('ben-hut-small', await copyOf(3, 'small'), {}, user);
  const { url } = stage.standIn;
  const immich = { url, apiKey: stage.key, name: 'immich' };
  const ben = { url, apiKey: stage.standIn.addKey(user, ['all']), name: 'ben', server: 'immich' };
  const both = stage.with({ accounts: [immich, ben] });
  await runScan(both);
  t.same(Object.keys(await stage.tags()).length, 4);
  return { stage, both, one: stage.with({ accounts: [immich] }) };
}

void t.test(
  'undo --all with one account missing from the config takes back the labels of the others',
  async (t) => {
    const { stage, both, one } = await twoAccounts(t);
    const report = await runUndo(one, 'all');
    t.match(report, { failed: 1, paused: true });
    t.same(report.errors, [
      '1 label of ours lies in the account ben, which is not set up here; this in the config brings it back: accounts: [{ name: ben, url: …, api_key: … }]',
    ]);
    t.same(await stage.tags(), { 'ben-hut-small': [tag] });
    t.match(await runUndo(one, 'all', { dryRun: true }), { failed: 1, operations: [], paused: false });
    t.match(await runUndo(both, 'all'), { failed: 0, errors: [], paused: true });
    t.same(await stage.tags(), {});
  },
);

void t.test('undo with no account at all says what brings them back', async (t) => {
  const { stage } = await twoAccounts(t);
  await t.rejects(runUndo(stage.with({ accounts: [] }), 'all'), {
    code: 'ACCOUNT_MISSING',
    exitCode: 2,
    message: /1 label .*account ben.*name: ben.*\n3 labels .*account immich.*: immich: \{ url: …/u,
  });
  t.equal(Object.keys(await stage.tags()).length, 4);
});

void t.test('undo of a run needs only the accounts that the run wrote to', async (t) => {
  const { stage, one } = await twoAccounts(t);
  await stage.add('road-small', await copyOf(4, 'small'));
  const { run } = await runScan(one);
  t.match(await runUndo(one, { run }), { failed: 0, errors: [], run });
  t.notOk('road-small' in (await stage.tags()));
});

void t.test('undo --last that did not reach every account means the same run again', async (t) => {
  const { stage, both, one } = await twoAccounts(t);
  const first = await runUndo(one, 'last');
  t.match(first, { failed: 1 });
  const second = await runUndo(both, 'last');
  t.match(second, { failed: 0, run: first.run, operations: [{ kind: 'untag', source: 'ben' }, {}] });
  t.same(await stage.tags(), {});
});

void t.test('an account that fails in the middle does not keep the others from being undone', async (t) => {
  const { stage, both } = await twoAccounts(t);
  const bens = stage.id('ben-hut-small');
  stage.standIn.faults.add(({ method, route, body }) =>
    method === 'DELETE' && route === '/tags/:id/assets' && JSON.stringify(body).includes(bens)
      ? { status: 403 }
      : undefined,
  );
  const report = await runUndo(both, 'all');
  t.match(report, { failed: 1, errors: [/^ben: /u], paused: true });
  t.same(await stage.tags(), { 'ben-hut-small': [tag] });
});
