/** From needs, the cost of the model and prices to an advice. The same input gives the same advice, to the last bit. Pure. */
import type { ModelCost } from '../cost/model-cost.ts';
import { caseOf } from '../needs/case.ts';
import type { Needs } from '../needs/needs.ts';
import type { Pattern } from '../needs/pattern.ts';
import { moneyText } from '../patterns/money-text.ts';
import type { Option } from '../patterns/option.ts';
import { optionsIn } from '../patterns/patterns.ts';
import type { Situation } from '../patterns/situation.ts';
import type { Prices } from '../prices/prices.ts';
import type { Advice } from './advice.ts';
import { assumptionsOf } from './assumptions.ts';
import { breakEvenOf } from './break-even.ts';
import { contradictionsOf } from './contradictions.ts';
import { type NearestChange, nearestChange } from './nearest-change.ts';
import { isHad, ranked } from './ranking.ts';
import { reasonsFor } from './reasons.ts';

/** The advice; `note` is what to know of the costs of the model. */
export function advise(needs: Needs, cost: ModelCost, prices: Prices, note: string | null = null): Advice {
  const situation = { wants: caseOf(needs), cost, prices };
  const options = ranked(optionsIn(situation));
  const [first] = options;
  const advised = first !== undefined && isHad(first) ? first : null;
  const next = nextOf(situation, options, advised);
  const { machines, currency } = prices;
  const { date, source } = needs.platform === 'sagemaker' ? prices.sagemaker : machines;
  return {
    name: needs.name,
    case: situation.wants,
    model: { name: cost.model, source: cost.source, note },
    prices: { currency, date, source },
    advised: advised?.pattern ?? null,
    headline: headlineOf(situation, options, advised),
    reasons: advised === null ? [] : reasonsFor(situation, advised, options),
    options: [...options],
    next:
      next === null
        ? null
        : {
            pattern: next.option.pattern,
            why: whyNext(situation, advised, next.option),
            change: changeOf(next.change),
          },
    breakEven:
      next === null || advised === null
        ? null
        : breakEvenOf(situation, [advised.pattern, next.option.pattern], next.change),
    contradictions: [...contradictionsOf(situation, options, needs)],
    assumptions: [...assumptionsOf(needs, situation, advised?.pattern ?? null)],
  };
}

interface Next {
  readonly option: Option;
  readonly change: NearestChange | null;
}

/** The second that can be had; where there is none, the one that the least change of a need would make the first. */
function nextOf(situation: Situation, options: readonly Option[], advised: Option | null): Next | null {
  const others = options.filter(({ pattern }) => pattern !== advised?.pattern);
  const [second] = others;
  if (second !== undefined && isHad(second))
    return { option: second, change: nearestChange(situation, second.pattern) };
  const reachable = others.flatMap((option) => {
    const change = nearestChange(situation, option.pattern);
    return change === null ? [] : [{ option, change }];
  });
  return reachable.reduce<(Next & { change: NearestChange }) | null>(
    (best, one) => (best !== null && distance(best.change) <= distance(one.change) ? best : one),
    null,
  );
}

/** A need that is yes or no is further than any that is a number. */
const distance = ({ factor }: NearestChange): number =>
  factor === 1 ? Infinity : Math.abs(Math.log2(factor));

function changeOf(change: NearestChange | null) {
  if (change === null) return null;
  const { need, from, to, text } = change;
  return { need, from, to, text };
}

function whyNext(
  { prices: { currency } }: Situation,
  advised: Option | null,
  { obstacles, cost }: Option,
): string {
  const [first] = obstacles;
  if (first !== undefined) return first.what;
  const more = (cost?.month ?? 0) - (advised?.cost?.month ?? 0);
  return `it costs ${moneyText(more, currency)} a month more`;
}

function headlineOf(
  { prices: { currency } }: Situation,
  options: readonly Option[],
  advised: Option | null,
): string {
  if (advised !== null)
    return `${sentence(advised.pattern)}: ${advised.how}, ${moneyText(advised.cost!.compute + advised.cost!.storage, currency)} a month.`;
  const [nearest] = options;
  const change = nearest?.obstacles.map((obstacle) => obstacle.nearest).join(' and ');
  return `Nothing does all that is wanted; the nearest is ${nearest?.pattern} with ${change}.`;
}

const NAMES: Readonly<Record<Pattern, string>> = {
  'real-time': 'Real-time endpoint',
  'micro-batch': 'Micro-batch',
  asynchronous: 'Asynchronous',
  'event-batch': 'Batch started by events',
  'scheduled-batch': 'Scheduled batch',
  'precomputed-table': 'Precomputed table',
  edge: 'On the edge',
};
const sentence = (pattern: Pattern): string => NAMES[pattern];
