/**
 * Weights of backends and shares of versions. A weight is no percentage: a backend's share is its weight over the sum of its
 * rule (https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref). Pure.
 */
import { versionOfName } from '../manifest.ts';
import { recordsAt } from './live.ts';

export type RouteRules = readonly Readonly<Record<string, unknown>>[];

/** Parts of a percent that weights can express: 0.01 %. */
const PARTS = 100;

/** Percent of each version, from the first rule that names one; all are 0 where all weights are. */
export function percentsOf(deployment: string, rules: RouteRules): ReadonlyMap<number, number> {
  return rules.map((rule) => percentsIn(deployment, rule)).find(({ size }) => size > 0) ?? new Map();
}

function percentsIn(deployment: string, rule: RouteRules[number]): ReadonlyMap<number, number> {
  const weights = recordsAt(rule, 'backendRefs').flatMap((backend): [number, number][] => {
    const version = versionOfName(deployment, String(backend['name']));
    return version === null ? [] : [[version, weightOf(backend)]];
  });
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return new Map(weights.map(([version, weight]) => [version, sum === 0 ? 0 : (100 * weight) / sum]));
}

/** The rules with the weights that give these shares, or null where each of them gives them already. */
export function rulesWith(
  deployment: string,
  rules: RouteRules,
  percents: ReadonlyMap<number, number>,
): RouteRules | null {
  const scale = [...percents.values()].every(Number.isInteger) ? 1 : PARTS;
  const share = (version: number): number => percents.get(version) ?? 0;
  const isSo = (rule: RouteRules[number]): boolean =>
    [...percentsIn(deployment, rule)].every(
      ([version, percent]) => Math.abs(percent - share(version)) < 1 / PARTS / 2,
    );
  if (rules.every(isSo)) return null;
  return rules.map((rule) => ({
    ...rule,
    backendRefs: recordsAt(rule, 'backendRefs').map((backend) => {
      const version = versionOfName(deployment, String(backend['name']));
      return version === null ? backend : { ...backend, weight: Math.round(share(version) * scale) };
    }),
  }));
}

const weightOf = (backend: Readonly<Record<string, unknown>>): number =>
  typeof backend['weight'] === 'number' ? backend['weight'] : 1;
