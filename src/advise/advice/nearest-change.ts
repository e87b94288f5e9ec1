/** The least change of one need after which a pattern is advised, found by search. Pure. */
import type { Case } from '../needs/case.ts';
import type { Pattern } from '../needs/pattern.ts';
import type { Situation } from '../patterns/situation.ts';
import { advisedIn } from './ranking.ts';
import { QUANTITIES, VARIED, type Varied } from './vary.ts';

export interface NearestChange {
  readonly need: Varied | 'spare' | 'offline';
  /** How many times as much; 1 of what is no number. */
  readonly factor: number;
  /** Value of the need from which on it is advised. */
  readonly value: number | null;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** The case with it. */
  readonly wants: Case;
}

/** Times are looked at up to a million times as long and as short, amounts up to a hundred times: beyond, it is another case. */
const DOUBLINGS: Readonly<Partial<Record<Varied, number>>> = { latency: 20, freshness: 20 };
const DOUBLINGS_OF_AMOUNTS = 7;
/** Changes that are so near to each other are the same: the need that is listed first is told. */
const SAME = 0.05;
/** Halvings of the doubling in which the change lies: to a third of a percent. */
const HALVINGS = 8;

/** The change by the smallest factor; null where no change of one need does it. */
export function nearestChange(situation: Situation, pattern: Pattern): NearestChange | null {
  let nearest: NearestChange | null = null;
  for (const need of VARIED) {
    for (const direction of [1, -1]) {
      const furthest = DOUBLINGS[need] ?? DOUBLINGS_OF_AMOUNTS;
      const reach = nearest === null ? furthest : Math.min(furthest, Math.ceil(distance(nearest)));
      const found = along(situation, pattern, need, direction, reach);
      if (found !== null && (nearest === null || distance(found) < distance(nearest) - SAME)) nearest = found;
    }
  }
  return nearest ?? flipped(situation, pattern);
}

const distance = ({ factor }: NearestChange): number => Math.abs(Math.log2(factor));

function along(
  situation: Situation,
  pattern: Pattern,
  need: Varied,
  direction: number,
  reach: number,
): NearestChange | null {
  const { wants } = situation;
  const quantity = QUANTITIES[need];
  const value = quantity.of(wants);
  if (value === null) return null;
  const isAdvised = (exponent: number): boolean =>
    advisedIn({ ...situation, wants: quantity.with(wants, value * 2 ** (direction * exponent)) }) === pattern;
  let high = 1;
  while (high <= reach && !isAdvised(high)) high++;
  if (high > reach) return null;
  let low = high - 1;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (isAdvised(middle)) high = middle;
    else low = middle;
  }
  const factor = 2 ** (direction * high);
  return told(wants, need, value, value * factor);
}

function told(wants: Case, need: Varied, value: number, changed: number): NearestChange {
  const quantity = QUANTITIES[need];
  const to = quantity.text(changed, wants);
  return {
    need,
    factor: changed / value,
    value: changed,
    from: quantity.text(value, wants),
    to,
    text: changed > value ? quantity.more(to) : quantity.less(to),
    wants: quantity.with(wants, changed),
  };
}

/** Needs that are yes or no. */
function flipped(situation: Situation, pattern: Pattern): NearestChange | null {
  const { wants } = situation;
  const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');
  for (const need of ['spare', 'offline'] as const) {
    const changed = { ...wants, [need]: !wants[need] };
    if (advisedIn({ ...situation, wants: changed }) !== pattern) continue;
    const text =
      need === 'spare'
        ? wants.spare
          ? 'if no replica is kept for one that is lost'
          : 'if one replica may be lost at the peak'
        : wants.offline
          ? 'if there is a network where answers are needed'
          : 'if there is no network where answers are needed';
    return {
      need,
      factor: 1,
      value: null,
      from: yesOrNo(wants[need]),
      to: yesOrNo(!wants[need]),
      text,
      wants: changed,
    };
  }
  return null;
}
