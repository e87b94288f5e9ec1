import type { ReadBudget } from './budget.ts';
import type { ByteSource } from './format.ts';

/** All bytes of a file, which may be as large as the limits say and are charged to what the reading may take. */
export function wholeFile(source: ByteSource, budget: ReadBudget, what = `"${source.name}"`): Uint8Array {
  budget.check('fileBytes', source.size, what, 0);
  budget.charge(source.size, what, 0);
  return source.slice(0, source.size);
}
