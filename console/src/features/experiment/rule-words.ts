/** What decides an experiment, and how far it is from it, in sentences. Pure. */
import type { ExperimentView } from '../../api/generated/control-api.ts';
import { countWords, durationWords, shareWords } from '../../facts/words.ts';
import type { MetricResult } from './metric-words.ts';

const THREE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** `primary`: of any arm, for the name and the direction of the metric. */
export function ruleWords({ rule, arms, split }: ExperimentView, primary: MetricResult): readonly string[] {
  const { metric, direction } = primary;
  const bar = rule.bar === 0 ? 'no difference' : `a loss of ${THREE.format(-rule.bar)}`;
  return [
    `${metric} decides; ${direction === 'up' ? 'more' : 'less'} is better. An arm wins once its whole interval lies on the better side of ${bar}, and loses once it lies on the worse.`,
    rule.isFixed
      ? `There is one look, at the end of the horizon: intervals before it are valid, and decide nothing.`
      : `Intervals hold at every look: where nothing differs, ${shareWords(rule.alpha)} of experiments ever find a winner${arms.length > 2 ? ', all arms together' : ''}.`,
    ...(rule.maturity > 0
      ? [
          `A unit counts ${durationWords(rule.maturity)} after its first answer, when its values are complete.`,
        ]
      : []),
    ...(rule.segmentGuard === null
      ? []
      : [
          rule.segmentGuard === 'harmed'
            ? `An arm that is worse in some ${rule.segments} holds for a person instead of being shipped.`
            : `An arm whose effect differs by ${rule.segments} holds for a person instead of being shipped.`,
        ]),
    split === null
      ? 'The split itself is not tested.'
      : `Units are split as they should be, as far as can be told (p ${split.p.toPrecision(2)}; it holds below ${split.alpha}).`,
  ].filter((line) => split === null || split.p >= split.alpha || !line.startsWith('Units are split'));
}

/** What is expected at the traffic so far. */
export function outlookWords({ rule, outlook }: ExperimentView, { metric }: MetricResult): readonly string[] {
  if (outlook === null) return [];
  const { units, detectable, minimumEffect, rate, deviation } = outlook;
  return [
    `By the deadline about ${countWords(units)} units will have matured, at ${THREE.format(rate)} new units a second; a difference of ${THREE.format(detectable)} in ${metric} is expected to be found by then (a unit's value is ${THREE.format(deviation)} from the mean, typically).`,
    ...(rule.minimumEffect === null
      ? []
      : [
          minimumEffect === null
            ? `The minimum effect of ${THREE.format(rule.minimumEffect)} is never found at this traffic.`
            : `The minimum effect of ${THREE.format(rule.minimumEffect)} is expected to be found ${durationWords(minimumEffect)} after the beginning${minimumEffect > rule.deadline ? ', which is after the deadline' : ''}.`,
        ]),
  ];
}
