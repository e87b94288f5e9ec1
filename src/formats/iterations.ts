import { PlimsollError } from '../core/errors.ts';

/**
 * How many iterations are used of those that a file holds: as many as were chosen, or null where nothing was said. Libraries
 * differ in what they make of more than there are; here it is refused. Errors: ITERATIONS_UNFIT.
 */
export function chosenIterations(chosen: number | null | undefined, held: number): number | null {
  if (chosen === null || chosen === undefined) return null;
  if (chosen <= held) return chosen;
  const way = held === 0 ? 'Leave out --iterations' : `Give --iterations ${held} or less, or leave it out`;
  throw new PlimsollError('ITERATIONS_UNFIT', {
    found: chosen,
    reason: `the file holds ${held || 'none'}`,
    way,
  });
}
