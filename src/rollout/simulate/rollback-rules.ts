/** Rules that people use in place of evidence, to show on the same traffic what they do. Pure. */
import type { RecordedWindow } from '../recorded-window.ts';
import type { SimulationScenario } from './scenario.ts';
import type { SimulatedTraffic } from './traffic.ts';

/** A rule sees windows in order and answers whether it would roll back. */
export type RollbackRule = (window: RecordedWindow) => boolean;

/**
 * One-sided z-test on counts pooled over the whole rollout, looked at in every window as though each look were the
 * only one: neither the looks nor a base rate that drifts while the weight grows are allowed for.
 */
export function pooledZTest(critical: number): RollbackRule {
  const sums = { nc: 0, ns: 0, xc: 0, xs: 0 };
  return ({ candidate, stable }) => {
    sums.nc += candidate.units;
    sums.ns += stable.units;
    sums.xc += candidate.failures;
    sums.xs += stable.failures;
    const { nc, ns, xc, xs } = sums;
    const pooled = (xc + xs) / (nc + ns);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / nc + 1 / ns));
    return error > 0 && (xc / nc - xs / ns) / error > critical;
  };
}

/** Does the rule roll back in one run of the scenario, its stages passed by bake time alone? */
export function ruleRollsBack(
  scenario: SimulationScenario,
  traffic: SimulatedTraffic,
  rule: RollbackRule,
): boolean {
  let index = 0;
  for (const { weight, shadow, bake } of scenario.policy.stages) {
    for (let end = index + Math.round(bake / scenario.policy.window); index < end; index++) {
      const { window } = traffic.window(index, { weight: weight / 100, shadow: shadow / 100 });
      if (rule(window)) return true;
    }
  }
  return false;
}

/** The window of one who does not tell units apart: whoever comes again in another window counts anew. */
export function withoutUnits({ candidate, stable, paired, ...window }: RecordedWindow): RecordedWindow {
  return {
    ...window,
    candidate: { ...candidate, distinct: null },
    stable: { ...stable, distinct: null },
    paired: new Map([...paired].filter(([name]) => name !== 'lasting')),
    copies: null,
  };
}
