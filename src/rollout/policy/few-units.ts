/** What a policy waits for in vain where an endpoint has so many distinct units and no more. Pure. */
import { rateUpperBound } from '../evidence/certificate.ts';
import { fewestClean } from './passage.ts';
import type { Policy, Stage } from './policy.ts';

/** `units`: all that ever come, each counted once. Lines that name the stage, what it wants, and what there is. */
export function fewUnits(policy: Policy, units: number): string[] {
  return [...policy.stages.flatMap((stage, i) => tooFewIn(stage, i, units)), ...uncertifiable(policy, units)];
}

function tooFewIn({ weight, shadow, minUnits }: Stage, index: number, units: number): string[] {
  if (weight === 100) return [];
  const share = shadow > 0 ? 1 : Math.min(weight, 100 - weight) / 100;
  const arm = Math.floor(units * share);
  if (arm >= minUnits) return [];
  const needed = Math.ceil(minUnits / share);
  return [
    `stages[${index}] waits for ${minUnits} distinct units of each arm, and the smaller arm of ${units} units has ${arm}: it never ends; it takes ${needed} units, or a minUnits of ${arm} at most`,
  ];
}

/** The candidate is asked for everybody where there is a shadow stage, else for its largest share below 100 %. */
function uncertifiable({ certificate, guards, stages }: Policy, units: number): string[] {
  if (certificate === null || guards.errors === null) return [];
  const { margin, alpha } = certificate;
  const weights = stages.map(({ weight, shadow }) => (shadow > 0 ? 100 : weight === 100 ? 0 : weight));
  const asked = Math.floor((units * Math.max(0, ...weights)) / 100);
  const needed = fewestClean(margin, alpha);
  if (needed === null || asked >= needed) return [];
  const within = Number((100 * rateUpperBound(0, asked, alpha)).toPrecision(2));
  return [
    `the certificate of fewer than ${Number((100 * margin).toPrecision(3))} % needs ${needed} distinct units without a failure, and the candidate is asked for ${asked} of ${units}: it is never complete where units come again; a margin of ${within} % is the narrowest that so few can certify`,
  ];
}
