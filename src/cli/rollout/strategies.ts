import type { Strategy } from '../../store/store.ts';

/** Every strategy, as `--strategy` takes it. */
export const STRATEGIES: readonly Strategy[] = [
  'canary',
  'ab',
  'shadow',
  'blue-green',
  'immediate',
  'placebo',
];
