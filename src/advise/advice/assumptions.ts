/** What was assumed, and what half and twice of it would change. Pure. */

import { countText } from '../../text/count.ts';
import type { ModelCost } from '../cost/model-cost.ts';
import { type Assumable, assumedOf, caseOf, lengthText, rateText } from '../needs/case.ts';
import type { Needs } from '../needs/needs.ts';
import type { Pattern } from '../needs/pattern.ts';
import { moneyText } from '../patterns/money-text.ts';
import { optionsIn } from '../patterns/patterns.ts';
import type { Situation } from '../patterns/situation.ts';
import type { Prices } from '../prices/prices.ts';
import type { Advice } from './advice.ts';
import { advisedOf } from './ranking.ts';

type Assumption = Advice['assumptions'][number];
type Outcome = NonNullable<Assumption['half']>;

const TEXTS: Readonly<Record<Assumable, (value: number) => string>> = {
  peak: rateText,
  rowsPerRequest: (rows) => countText(rows, 'row'),
  freshness: lengthText,
  latency: lengthText,
  every: lengthText,
  hours: lengthText,
};

/** Assumptions of the needs, of the model, and of the prices. */
export function assumptionsOf(
  needs: Needs,
  situation: Situation,
  advised: Pattern | null,
): Advice['assumptions'] {
  const outcome = (value: string, changed: Situation): Outcome => outcomeOf(value, changed, advised);
  const ofNeeds = assumedOf(needs).map(({ need, text }): Assumption => {
    // What follows from other needs is not varied by itself.
    if (need === 'spare' || (need === 'freshness' && situation.wants.asked === 'schedule'))
      return assumption(need, text, null, null, advised);
    const value = situation.wants[need];
    const times = (factor: number): Outcome =>
      outcome(TEXTS[need](value * factor), {
        ...situation,
        wants: caseOf(needs, { [need]: value * factor }),
      });
    const isLeast = need === 'rowsPerRequest' && value <= 1;
    return assumption(need, text, isLeast ? null : times(0.5), need === 'hours' ? null : times(2), advised);
  });
  return [...ofNeeds, ...ofModel(situation, advised), ...ofPrices(situation, advised)];
}

const MODEL_TEXTS: Readonly<Record<ModelCost['source'], string>> = {
  measured:
    'the model takes what was measured here; of machines shared with others, a p99 may be twice as long and more',
  registered: 'the model takes what its registration measured',
  described: 'the model takes what its description says',
};

function ofModel(situation: Situation, advised: Pattern | null): Advice['assumptions'] {
  const { cost } = situation;
  const times = (factor: number): Outcome =>
    outcomeOf(`${factor} times the time`, { ...situation, cost: slower(cost, factor) }, advised);
  return [assumption('model', MODEL_TEXTS[cost.source], times(0.5), times(2), advised)];
}

/** What the table of prices assumes, where it bears on the advice. */
function ofPrices(situation: Situation, advised: Pattern | null): readonly Assumption[] {
  const { prices } = situation;
  const { upkeep, database, devices, currency } = prices;
  const varied = (
    name: string,
    text: string,
    told: (factor: number) => string,
    priced: (factor: number) => Prices,
  ): Assumption => {
    const times = (factor: number): Outcome =>
      outcomeOf(told(factor), { ...situation, prices: priced(factor) }, advised);
    return assumption(name, text, times(0.5), times(2), advised);
  };
  const hour = (factor: number): string => `${moneyText(upkeep.hour * factor, currency)} an hour`;
  const lookups = (factor: number): string => `${rateText(database.lookups * factor)} look-ups a core`;
  const slower = (factor: number): string => `${devices.slower * factor} times as long`;
  return [
    varied(
      'upkeep',
      `people who look after it cost ${hour(1)}; the hours of each pattern are in the table of prices`,
      hour,
      (factor) => ({
        ...prices,
        upkeep: { ...upkeep, hour: upkeep.hour * factor },
      }),
    ),
    ...(advised !== 'precomputed-table'
      ? []
      : [
          varied('lookups', `the database does ${lookups(1)} beside its other work`, lookups, (factor) => ({
            ...prices,
            database: { ...database, lookups: database.lookups * factor },
          })),
        ]),
    ...(advised !== 'edge'
      ? []
      : [
          varied('devices', `the model takes ${slower(1)} on a device`, slower, (factor) => ({
            ...prices,
            devices: { ...devices, slower: devices.slower * factor },
          })),
        ]),
  ];
}

function assumption(
  name: string,
  text: string,
  half: Outcome | null,
  twice: Outcome | null,
  advised: Pattern | null,
): Assumption {
  const flips = [half, twice].some((one) => one !== null && one.pattern !== advised);
  return { name, text, half, twice, flips };
}

function outcomeOf(value: string, situation: Situation, advised: Pattern | null): Outcome {
  const options = optionsIn(situation);
  const own = options.find(({ pattern }) => pattern === advised);
  return {
    value,
    pattern: advisedOf(options)?.pattern ?? null,
    replicas: own?.serving?.most ?? own?.batch?.lanes ?? null,
    month: own?.cost?.month ?? null,
  };
}

/** The same model with so many times the work; starting takes as long. */
function slower(cost: ModelCost, factor: number): ModelCost {
  const { online, batch } = cost;
  const line = ({ request, row }: { request: number; row: number }) => ({
    request: request * factor,
    row: row * factor,
  });
  return {
    ...cost,
    online: { ...online, loop: line(online.loop), scoring: line(online.scoring) },
    batch: { ...batch, row: batch.row * factor, lane: batch.lane * factor },
  };
}
