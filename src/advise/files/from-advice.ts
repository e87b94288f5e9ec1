/** From an advice to what files are written from, for the pattern that is advised or another one. Pure. */
import type { Advice } from '../advice/advice.ts';
import type { Pattern } from '../needs/pattern.ts';
import type { Option } from '../patterns/option.ts';
import type { BatchSizing, Blueprint, BlueprintModel, Sizing } from './blueprint.ts';

/** Share of requests that fail for other reasons than the model, where nobody has counted. */
const ERROR_RATE = 0.001;

/** Null where the pattern cannot run at all: there is nothing to write. */
export function blueprintOf(advice: Advice, pattern: Pattern, model: BlueprintModel): Blueprint | null {
  const option = advice.options.find((one) => one.pattern === pattern);
  if (option === undefined || (option.serving === null && option.batch === null)) return null;
  const wants = advice.case;
  return {
    pattern,
    platform: wants.platform,
    name: wants.name,
    model,
    traffic: { rate: wants.rate, errorRate: ERROR_RATE, units: wants.population },
    latency: wants.asked === 'schedule' ? null : { millis: wants.latency, share: wants.quantile },
    every: option.batch?.every ?? wants.latency,
    database: wants.database,
    serving: option.serving ?? servingOf(option.batch),
    batch: option.batch ?? batchOf(option.serving),
    reasons: reasonsOf(advice, option),
  };
}

const reasonsOf = ({ advised, headline, reasons }: Advice, { pattern, how, cannot, obstacles }: Option) =>
  pattern === advised
    ? [headline, ...reasons]
    : [
        `Advised is ${advised ?? 'nothing of what is wanted'}; this is ${pattern}: ${how}.`,
        ...obstacles.map(({ what, nearest }) => `${what}: ${nearest}.`),
        ...cannot.map((what) => `It cannot ${what}.`),
      ];

/** What serves on one platform is a job on another: with the same cores and memory. */
const servingOf = (batch: BatchSizing | null): Sizing => ({
  ...{ least: 1, most: 1, workers: 1, perReplica: 1, instance: null },
  cores: batch?.lanes ?? 1,
  memory: batch?.memory ?? 0,
});
const batchOf = (serving: Sizing | null): BatchSizing => ({
  ...{ run: 1000, machines: 1, instance: null },
  lanes: serving?.workers ?? 1,
  memory: serving?.memory ?? 0,
});
