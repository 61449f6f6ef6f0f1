import type { LabelValue } from '../../label-ports.js';
import type { Mark } from '../../target-ports.js';
import type { Marks } from '../../model.js';
import type { ValueRules } from './value-kind.js';

/** How a field of the photo itself is read and written. */
export function ofMarks(
  read: (marks: Marks) => LabelValue,
  markOf: (value: LabelValue) => Mark,
): Pick<ValueRules, 'read' | 'ask' | 'inOneRequest' | 'write'> {
  return {
    read,
    ask: async (target, key) => {
      const marks = await target.marksOf(key);
      return marks === null ? undefined : read(marks);
    },
    inOneRequest: 'one',
    write: async (target, values) => {
      const [value = null] = values.values();
      await target.mark(markOf(value), [...values.keys()]);
    },
  };
}

/** The value of a favourite. */
export const heart = 'favorite';
