/* Photos whose hashes are the same to the last bit are searched for once; what their pixels say is asked of each pair. */
import t from 'tap';
import { keepRuleNames, type Likeness, type PhotoKey, type SourceName } from '../../src/model.js';
import { Grouper } from '../../src/pipeline/groups/grouper.js';
import { LinkWorld, idOf, pixelsAgree } from '../support/link-world.js';
import { madePhoto, onServer } from '../support/made-photo.js';
import { tempState } from '../support/temp-state.js';

const orders = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'];

for (const order of orders)
  void t.test(`${order}: a photo with the same hashes and other pixels is in no group`, async (t) => {
    const state = (await tempState(t)).state();
    const world = new LinkWorld();
    const keys = order.split('').map((name) => onServer(name));
    for (const a of keys) for (const b of keys) world.link(a, b);
    for (const key of keys) world.arrive(state, madePhoto(key), keys);
    const first = idOf(state, keys[0] as PhotoKey);
    const neighbours = { ...world.neighbours(state), sameLooks: () => first };
    const stranger = idOf(state, onServer('c'));
    // What is laid over itself agrees, whatever it is.
    const proofOf: typeof pixelsAgree.proofOf = (likeness: Likeness, kind) => {
      const { a, b } = likeness;
      return a === b || (a !== stranger && b !== stranger) ? pixelsAgree.proofOf(likeness, kind) : null;
    };
    const rules = { keep: keepRuleNames, threshold: 12, sources: ['home' as SourceName] };
    await new Grouper({ ...state, neighbours, alike: { proofOf }, ...rules }).run();
    t.same(
      state.groups.groups().map(({ members }) => members.map(({ key }) => key).sort()),
      [[onServer('a'), onServer('b')]],
    );
  });
