import fc from 'fast-check';
import t from 'tap';
import type { PhotoId } from '../../src/model.js';
import { IdSlots } from '../../src/pipeline/search/id-slots.js';

const id = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 2 ** 40 }));
const step = fc.record({ id, slot: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 2 })) });

void t.test('keeps what a map would keep', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slots = new IdSlots();
      const truth = new Map<number, number>();
      for (const one of steps) {
        if (one.slot === null) slots.delete(one.id);
        else slots.set(one.id, one.slot);
        if (one.slot === null) truth.delete(one.id);
        else truth.set(one.id, one.slot);
      }
      return (
        slots.size === truth.size && steps.every((one) => slots.get(one.id as PhotoId) === truth.get(one.id))
      );
    }),
  );
  t.end();
});
