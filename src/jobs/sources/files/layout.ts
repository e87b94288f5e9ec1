/** Where files can be cut, as a plan keeps it: read by the schema of their format. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import { decode } from '../../../schema/read-value.ts';
import { anyNumber, list, type ValueSchema } from '../../../schema/value-schema.ts';

export const numbersSchema = list(anyNumber);

/** A layout that a format has written. Throws INTERNAL for any other. */
export const readLayout = <T>(of: ValueSchema<T>, layout: unknown): T =>
  decode<ValueSchema<T>>(
    of,
    layout,
    (problems) =>
      new PlimsollError('INTERNAL', { action: 'the layout of an input', reason: problems.join('; ') }),
  );
