/** When the stages of a policy are expected to end at given traffic, and how evidence grows meanwhile. Pure. */
import type { RolloutPolicy, RolloutStage } from './policy.ts';

/** A stage before 100 %; milliseconds from the moment that is looked from. */
export interface StageSpan {
  /** Index of the stage. */
  readonly stage: number;
  /** Shares of requests that the candidate answers, and that are copied to it. */
  readonly weight: number;
  readonly shadow: number;
  readonly from: number;
  /** Earliest end: bake time and units are there. */
  readonly to: number;
  /** Units that its smaller arm still wants. */
  readonly missing: number;
}

/** How far the stage that runs has come. */
export interface StagePosition {
  readonly stage: number;
  /** Evidence time in milliseconds, and units of the arm that has fewer. */
  readonly bake: number;
  readonly units: number;
}

export const FIRST_POSITION: StagePosition = { stage: 0, bake: 0, units: 0 };

/** The stages below 100 % that are left, each as short as it can be; `rate` in units a second. */
export function stageSpans(
  policy: RolloutPolicy,
  rate: number,
  { stage: current, bake, units }: StagePosition,
): StageSpan[] {
  const spans: StageSpan[] = [];
  let now = 0;
  for (const [stage, { weight, shadow, ...wanted }] of policy.stages.entries()) {
    if (stage < current || weight === 100) continue;
    const isCurrent = stage === current;
    const of = { stage, weight: weight / 100, shadow: shadow / 100, from: now };
    const missing = Math.max(0, wanted.minUnits - (isCurrent ? units : 0));
    const collecting = missing === 0 ? 0 : (missing / (rate * fewer(of))) * 1000;
    const baking = Math.max(wanted.bake, policy.window) - (isCurrent ? bake : 0);
    now += roundUpToWindows(Math.max(0, baking, collecting), policy.window);
    spans.push({ ...of, to: now, missing });
  }
  return spans;
}

/** Share of requests that the smaller arm gets; of copies both models answer each. */
const fewer = ({ weight, shadow }: Pick<StageSpan, 'weight' | 'shadow'>): number =>
  shadow > 0 ? shadow : Math.min(weight, 1 - weight);

/** Nothing is decided but when a window closes. */
export const roundUpToWindows = (millis: number, window: number): number =>
  Math.ceil(millis / window - 1e-9) * window;

/** How long everybody has the candidate before the rollout is over, in milliseconds. */
export const finalBakeMillis = ({ stages, holdback }: RolloutPolicy): number =>
  holdback > 0 ? 0 : sum(stages.filter(({ weight }) => weight === 100).map(({ bake }: RolloutStage) => bake));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Milliseconds until `needed` has grown at `speed` a second, where the last span lasts for ever; null for never. */
export function timeToGrow(
  spans: readonly StageSpan[],
  needed: number,
  speed: (span: StageSpan) => number,
): number | null {
  let left = needed;
  if (left <= 0) return 0;
  for (const [i, span] of spans.entries()) {
    const growth = speed(span);
    const isLast = i === spans.length - 1;
    const grown = (growth * (span.to - span.from)) / 1000;
    if (growth > 0 && (isLast || grown >= left)) return span.from + (left / growth) * 1000;
    left -= grown;
  }
  return null;
}

/** What has grown after `millis`, where the last span lasts for ever. */
export const grownBy = (
  spans: readonly StageSpan[],
  millis: number,
  speed: (span: StageSpan) => number,
): number =>
  sum(
    spans.map((span, i) => {
      const to = i === spans.length - 1 ? millis : Math.min(span.to, millis);
      return (speed(span) * Math.max(0, to - span.from)) / 1000;
    }),
  );
