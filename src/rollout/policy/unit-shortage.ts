/** What a policy waits for in vain where an endpoint has so many distinct units and no more. Pure. */

import { formatDuration } from '../../text/duration.ts';
import { percent } from '../../text/percent.ts';
import { rateUpperBound } from '../evidence/certificate.ts';
import { fewestCleanUnits } from './boundary-crossing.ts';
import type { RolloutPolicy, RolloutStage } from './policy.ts';

/**
 * `units`: all that ever come, each counted once. Lines that name the stage, what it wants, and what there is, and what
 * becomes of the rollout; none of the stages before `from`, its current one.
 */
export function unitShortageWarnings(policy: RolloutPolicy, units: number, from = 0): string[] {
  const lines = [
    ...policy.stages.flatMap((stage, i) => (i < from ? [] : tooFewIn(stage, i, units))),
    ...uncertifiable(policy, units),
  ];
  const { maxTime, onTimeout } = policy;
  if (lines.length === 0) return [];
  return [
    ...lines,
    `with ${units} units the candidate is not promoted by its evidence: after ${formatDuration(maxTime)} the rollout ends with "${onTimeout}"`,
  ];
}

/** Whether the stage wants more units of its smaller arm than ever come. */
export const isUnitMinimumUnreachable = (stage: RolloutStage, units: number): boolean =>
  stage.weight !== 100 && armOf(stage, units) < stage.minUnits;

/** Whether the certificate wants more units than ever come, where they come again. */
export const isCertificateUnreachable = (policy: RolloutPolicy, units: number): boolean =>
  uncertifiable(policy, units).length > 0;

/** Share of units that the smaller arm gets; of copies both models answer each. */
const shareOf = ({ weight, shadow }: RolloutStage): number =>
  shadow > 0 ? 1 : Math.min(weight, 100 - weight) / 100;
const armOf = (stage: RolloutStage, units: number): number => Math.floor(units * shareOf(stage));

function tooFewIn(stage: RolloutStage, index: number, units: number): string[] {
  if (!isUnitMinimumUnreachable(stage, units)) return [];
  const { minUnits } = stage;
  const arm = armOf(stage, units);
  const needed = Math.ceil(minUnits / shareOf(stage));
  return [
    `stages[${index}] waits for ${minUnits} distinct units of each arm, and the smaller arm of ${units} units has ${arm}: it never ends; it takes ${needed} units, or a minUnits of ${arm} at most`,
  ];
}

/** The candidate is asked for everybody where there is a shadow stage, else for its largest share below 100 %. */
function uncertifiable({ certificate, guards, stages }: RolloutPolicy, units: number): string[] {
  if (certificate === null || guards.errors === null) return [];
  const { margin, alpha } = certificate;
  const weights = stages.map(({ weight, shadow }) => (shadow > 0 ? 100 : weight === 100 ? 0 : weight));
  const asked = Math.floor((units * Math.max(0, ...weights)) / 100);
  const needed = fewestCleanUnits(margin, alpha);
  if (needed === null || asked >= needed) return [];
  const within = Number((100 * rateUpperBound(0, asked, alpha)).toPrecision(2));
  return [
    `the certificate of fewer than ${percent(margin)} needs ${needed} distinct units without a failure, and the candidate is asked for ${asked} of ${units}: it is never complete where units come again; a margin of ${within} % is the narrowest that so few can certify`,
  ];
}
