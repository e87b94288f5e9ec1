/** Other servers under whose names metrics can be shown, too. Pure. */
import { isOneOf } from '../core/record.ts';

export const ALIAS_SETS = ['mlserver', 'kserve', 'triton', 'bentoml', 'torchserve', 'seldon'] as const;
export type AliasSet = (typeof ALIAS_SETS)[number];

/** The names of sets in a list as people write it; null where one of them is none. */
export function aliasSets(list: string): readonly AliasSet[] | null {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.every((name): name is AliasSet => isOneOf(ALIAS_SETS, name)) ? [...new Set(names)] : null;
}
