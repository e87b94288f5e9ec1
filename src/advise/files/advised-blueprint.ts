/** From an advice to what its files are written from. Pure. */
import type { Advice } from '../advice/advice.ts';
import type { Option } from '../patterns/option.ts';
import type { BatchSizing, Blueprint, BlueprintModel, Sizing } from './blueprint.ts';

/** Share of the requests that fail where nobody has counted: what `rollout lint` assumes as well. */
const ERROR_RATE = 0.005;
/** Of patterns that have no endpoint, or no job: nothing of them is written from it. */
const NOT_SERVED: Sizing = { least: 1, most: 1, workers: 1, cores: 1, memory: 0, perReplica: 0 };
const NOT_RUN: BatchSizing = { lanes: 1, memory: 0, run: 0, machines: 1 };

/** Null where nothing is advised. */
export function advisedBlueprint(advice: Advice, model: BlueprintModel): Blueprint | null {
  const option = advice.options.find(({ pattern }) => pattern === advice.advised);
  return option === undefined ? null : blueprintOf(advice, option, model);
}

function blueprintOf(advice: Advice, option: Option, model: BlueprintModel): Blueprint {
  const { platform, rate, population, latency, quantile, every, database } = advice.case;
  return {
    pattern: option.pattern,
    platform,
    name: advice.name,
    model,
    traffic: { rate, errorRate: ERROR_RATE, units: population },
    latency: { millis: latency, share: quantile },
    every: option.batch?.every ?? every,
    database,
    serving: option.serving ?? NOT_SERVED,
    batch: option.batch ?? NOT_RUN,
    reasons: [advice.headline, ...advice.reasons],
  };
}
