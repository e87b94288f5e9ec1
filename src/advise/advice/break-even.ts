/** Costs of two patterns against what drives them apart. Pure. */
import type { Pattern } from '../needs/pattern.ts';
import { optionsIn } from '../patterns/patterns.ts';
import type { Situation } from '../patterns/situation.ts';
import type { Advice } from './advice.ts';
import type { NearestChange } from './nearest-change.ts';
import { isHad } from './ranking.ts';
import { QUANTITIES, type Varied } from './vary.ts';

const POINTS = 25;
/** The axis reaches so many times below and above the case, and as far beyond the change. */
const REACH = 8;

type Point = NonNullable<Advice['breakEven']>['points'][number];

/**
 * The curve along the need that flips the advice where costs can be drawn against it; else along the traffic, as if the change
 * were made. Null where one of the two cannot be had anywhere on it.
 */
export function breakEvenOf(
  situation: Situation,
  patterns: readonly [Pattern, Pattern],
  change: NearestChange | null,
): Advice['breakEven'] {
  const isAxis = change !== null && isVaried(change.need) && QUANTITIES[change.need].isAxis;
  const need = isAxis ? (change.need as Varied) : 'traffic';
  const wants = isAxis || change === null ? situation.wants : change.wants;
  const quantity = QUANTITIES[need];
  const now = quantity.of(wants);
  if (now === null) return null;
  const to = isAxis ? change.value! : now;
  const [low, high] = [Math.min(now, to) / REACH, Math.max(now, to) * REACH];
  const points = Array.from({ length: POINTS }, (_, i) => {
    const x = low * (high / low) ** (i / (POINTS - 1));
    return { x, costs: costsAt({ ...situation, wants: quantity.with(wants, x) }, patterns) };
  });
  if (!patterns.every((_, i) => points.some(({ costs }) => costs[i] !== null))) return null;
  return {
    need,
    unit: quantity.unit(wants),
    given: isAxis || change === null ? null : change.text,
    patterns: [...patterns],
    now,
    at: isAxis ? to : crossing(points),
    points,
  };
}

const isVaried = (need: NearestChange['need']): need is Varied => Object.hasOwn(QUANTITIES, need);

function costsAt(situation: Situation, patterns: readonly Pattern[]): Point['costs'] {
  const options = optionsIn(situation);
  return patterns.map((pattern) => {
    const option = options.find((one) => one.pattern === pattern);
    return option !== undefined && isHad(option) ? option.cost!.month : null;
  });
}

/** Where the second becomes cheaper or dearer than the first, between two points on a straight line; null where it does not. */
function crossing(points: readonly Point[]): number | null {
  const apart = ({ costs: [first, second] }: Point): number | null =>
    typeof first === 'number' && typeof second === 'number' ? second - first : null;
  for (const [i, point] of points.entries()) {
    const next = points[i + 1];
    const [before, after] = [apart(point), next === undefined ? null : apart(next)];
    if (next === undefined || before === null || after === null || before < 0 === after < 0) continue;
    return point.x + ((next.x - point.x) * before) / (before - after);
  }
  return null;
}
