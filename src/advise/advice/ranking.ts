/** Which pattern is advised: the cheapest of those that can be had. Pure. */
import { PATTERNS, type Pattern } from '../needs/pattern.ts';
import type { Option } from '../patterns/option.ts';
import { optionsIn } from '../patterns/patterns.ts';
import type { Situation } from '../patterns/situation.ts';

/** Options that can be had by their cost a month; then the others, those with the fewest obstacles first. */
export const ranked = (options: readonly Option[]): readonly Option[] =>
  options.toSorted(
    (a, b) =>
      Number(!isHad(a)) - Number(!isHad(b)) ||
      (isHad(a)
        ? 0
        : Number(a.cost === null) - Number(b.cost === null) ||
          a.obstacles.length - b.obstacles.length ||
          (a.latency?.wanted ?? 0) - (b.latency?.wanted ?? 0)) ||
      (a.cost?.month ?? 0) - (b.cost?.month ?? 0) ||
      PATTERNS.indexOf(a.pattern) - PATTERNS.indexOf(b.pattern),
  );

/** Whether it can be had as it is wanted. */
export const isHad = ({ obstacles, cost }: Option): boolean => obstacles.length === 0 && cost !== null;

/** What is advised; null where nothing can be had as it is wanted. */
export function advisedOf(options: readonly Option[]): Option | null {
  const [first] = ranked(options);
  return first !== undefined && isHad(first) ? first : null;
}

export const advisedIn = (situation: Situation): Pattern | null =>
  advisedOf(optionsIn(situation))?.pattern ?? null;
