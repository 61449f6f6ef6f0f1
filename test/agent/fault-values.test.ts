/*
 * Favourites, stacks, scores and places on the Duplicates page: the n-th request of a scan that changes all of them meets a
 * fault, or the process dies there. The next run reaches what an undisturbed one would have, and undo what was before.
 */
import t, { type Test } from 'tap';
import { agentConfig } from '../support/agent-config.js';
import {
  copyOf,
  emptyStage,
  runScan,
  runUndo,
  scanRequest,
  scene,
  valuesOnly,
} from '../support/agent-stage.js';
import type { AgentStage } from '../support/agent-stage.js';
import { dieAt } from '../support/death.js';
import type { Fault } from '../support/immich/faults.js';

const stacked = valuesOnly('favorite', 'scores', 'stack');
const paged = valuesOnly('favorite', 'scores', 'duplicate');
type Settings = typeof stacked;

// Waiting between tries is most of it: side by side it costs once.
t.jobs = 12;

/** A library that was labelled, and changed since: another keeper, another member, another group. */
async function changedLibrary(t: Test, settings: Settings): Promise<{ stage: AgentStage }> {
  const stage = await emptyStage(t);
  await stage.add('beach', await scene(1));
  await stage.add('beach-small', await copyOf(1, 'small'));
  await stage.add('hut', await scene(3));
  await runScan(stage.config, { settings });
  stage.standIn.setFavorite(stage.id('beach-small'), true);
  await stage.add('beach-chat', await copyOf(1, 'messenger'));
  await stage.add('hut-small', await copyOf(3, 'small'));
  await stage.standIn.settled();
  return { stage };
}

/** All that a person could see, with stacks and pages told by who is in them. */
function seen({ standIn, ids }: AgentStage): Record<string, unknown> {
  const { assets } = standIn.snapshot();
  const names = Object.entries(ids);
  const mates = (of: string | null, field: 'stackId' | 'duplicateId'): string[] =>
    of === null ? [] : names.flatMap(([name, id]) => (assets[id]?.[field] === of ? [name] : [])).sort();
  const leadOf = (id: string | null): string | null => names.find(([, other]) => other === id)?.[0] ?? null;
  return Object.fromEntries(
    names.map(([name, id]) => {
      const asset = assets[id];
      if (asset === undefined) return [name, null];
      const { isFavorite, stackId, stackPrimaryId, duplicateId, metadata } = asset;
      return [
        name,
        {
          ...{ isFavorite, metadata, lead: leadOf(stackPrimaryId) },
          ...{ stack: mates(stackId, 'stackId'), page: mates(duplicateId, 'duplicateId') },
        },
      ];
    }),
  );
}

/** What the undisturbed run came to; it is the first of the tests. */
const undisturbed = new Map<Settings, Record<string, unknown>>();

const nothing = { isFavorite: false, metadata: {}, lead: null, stack: [], page: [] };

async function heals(t: Test, stage: AgentStage, settings: Settings, stateDir: string): Promise<void> {
  const accounts = [{ url: stage.standIn.url, apiKey: stage.key }];
  const config = agentConfig(stateDir, { accounts });
  const result = await runScan(config, { settings, allowRemovals: true });
  t.match(result, { failed: 0, errors: [], operations: { failed: 0 } });
  t.same(seen(stage), undisturbed.get(settings));
  const { failed, errors, notes } = await runUndo(config, 'all');
  t.same({ failed, errors, notes }, { failed: 0, errors: [], notes: [] });
  await stage.standIn.settled();
  t.same(seen(stage), {
    ...{ beach: nothing, 'beach-chat': nothing, hut: nothing, 'hut-small': nothing },
    'beach-small': { ...nothing, isFavorite: true },
  });
}

/** Requests of such a scan, and some more. */
const most = 20;
/** The first ones only read, as in any scan. */
const first = 5;
const everyRequest = Array.from({ length: most - first + 1 }, (_, n) => n + first);
const kinds = { stacked, paged };

for (const [what, settings] of Object.entries(kinds)) {
  void t.test(`${what}: the undisturbed run`, async (t) => {
    const { stage } = await changedLibrary(t, settings);
    stage.standIn.requests.reset();
    await runScan(stage.config, { settings });
    t.ok(stage.standIn.requests.count() <= most, `${stage.standIn.requests.count()} requests`);
    undisturbed.set(settings, seen(stage));
    t.match(seen(stage), { beach: { isFavorite: false }, hut: { isFavorite: true } });
    await heals(t, stage, settings, stage.stateDir);
  });

  const faults: readonly Fault[] = what === 'stacked' ? [{ status: 500 }, 'reset-after'] : [];
  for (const fault of faults)
    for (const nth of everyRequest)
      void t.test(`${what}, request ${nth}: ${JSON.stringify(fault)}`, { buffered: true }, async (t) => {
        const { stage } = await changedLibrary(t, settings);
        let count = 0;
        stage.standIn.faults.add(() => (++count === nth ? fault : undefined));
        await runScan(stage.config, { settings }).catch(() => null);
        stage.standIn.faults.clear();
        await heals(t, stage, settings, stage.stateDir);
      });

  for (const when of ['before', 'after'] as const)
    for (const nth of everyRequest)
      void t.test(`${what}, dies at request ${nth}, ${when} it was done`, { buffered: true }, async (t) => {
        const { stage } = await changedLibrary(t, settings);
        const death = { request: scanRequest(settings), labels: { tags: false }, nth, when };
        const stateDir = await dieAt(t, stage, death);
        await stage.standIn.settled();
        await heals(t, stage, settings, stateDir ?? stage.stateDir);
      });
}
