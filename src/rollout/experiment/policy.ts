/**
 * The policy of an experiment: which arms, which metric decides, and when. What is left out has the default stated here;
 * docs/experiment.schema.json is generated from this grammar. Pure.
 */

import type { Static } from 'typebox';
import { elementAt } from '../../core/element-at.ts';
import { decode } from '../../schema/read-value.ts';
import { duration, orFalse, orNothing, transformed } from '../../schema/transformed.ts';
import {
  choice,
  either,
  field,
  headerName,
  list,
  number,
  record,
  schemaOf,
  text,
  whole,
} from '../../schema/value-schema.ts';
import { GUARD_POLICIES, policyInvalid, SPLIT_TEST } from '../policy/policy.ts';

const NAME = '^[a-z][a-zA-Z0-9_.-]{0,63}$';
const METRIC = text(NAME, 'the name of a metric, such as "revenue"');
const SHARE = { min: 0, max: 100, above: true, step: 0.01 };
const ALPHA = { min: 0, max: 0.5, above: true };

/** Arm of an experiment; `version` is a number, or one of the two that the rollout names. */
const arm = record({
  name: field(text(NAME, 'a name such as "treatment"'), undefined, 'what the arm is called'),
  version: field(
    either(
      choice(['stable', 'candidate']),
      whole(1, 1e9),
      '"stable", "candidate" or the number of a version',
    ),
    undefined,
    'what the arm is answered by',
  ),
  weight: field(number(SHARE), undefined, 'percent of the units that take part'),
});

const BOUND = number({ min: -1e12, max: 1e12 });

export type ArmPolicy = Static<typeof arm>;

/** Two numbers, the smaller first. */
const pair = schemaOf<readonly [low: number, high: number]>(list(BOUND, { min: 2, max: 2 }));
const bounds = transformed({ ...pair, items: { type: 'number' } }, (range, path, problems) => {
  if (range[0] >= range[1]) problems.push(`${path} wants the smaller bound first`);
  return range;
});

const MEASURED = {
  metric: field(METRIC, undefined, 'business metric that feedback brings, or accuracy'),
  direction: field(choice(['up', 'down']), 'up', 'which way is better'),
  bounds: field(orNothing(bounds), null, 'least and most of a unit: then intervals are exact'),
  maturity: field(duration('0s', '365d'), '1d', 'age of a unit at which its value is complete'),
  cuped: field(orNothing(METRIC), null, 'metric whose sum over 28 days before takes variance out'),
  winsorize: field(orNothing(BOUND), null, "a unit's value counts as at most this"),
};

const measured = record(MEASURED);
export type MeasuredMetric = Static<typeof measured>;

const metric = record({
  ...MEASURED,
  minimumEffect: field(
    orNothing(number({ min: 0, max: 1e12, above: true })),
    null,
    'smallest difference that must be found in time',
  ),
});

/** A metric that must not get worse. */
const guardrail = record({
  ...MEASURED,
  margin: field(number({ min: 0, max: 1e12 }), 0, 'loss that is still allowed, in units of the metric'),
});
export type GuardrailPolicy = Static<typeof guardrail>;

const DEFAULT_ARMS = [
  { name: 'stable', version: 'stable', weight: 50 },
  { name: 'candidate', version: 'candidate', weight: 50 },
];

/** The grammar; keys in the order in which people read them. */
export const EXPERIMENT = record({
  window: field(duration('100ms', '1h'), '60s', 'length of a window of counts'),
  watermark: field(duration('0s', '1h'), '30s', 'how long a window stays open after its end'),
  arms: field(
    list(arm, { min: 2, max: 10 }),
    DEFAULT_ARMS,
    'who is answered by what; the first on stable is control',
  ),
  primary: field(metric, undefined, 'the metric that decides'),
  metrics: field(list(metric, { min: 0, max: 20 }), [], 'metrics that are shown and decide nothing'),
  guardrails: field(
    list(guardrail, { min: 0, max: 10 }),
    [],
    'metrics that must not get worse: an arm that does ends, and alpha is split over them and the arms',
  ),
  guards: field(
    GUARD_POLICIES,
    {},
    'evidence of harm that ends an arm; levels are split over the arms under test',
  ),
  alpha: field(number(ALPHA), 0.05, 'chance that an arm is found different where none is'),
  rule: field(
    record({
      ship: field(choice(['better', 'not-worse']), 'better', 'what the winner has to be'),
      margin: field(
        number({ min: 0, max: 1e12 }),
        0,
        'with not-worse: difference that is still not worse, in units of the metric',
      ),
    }),
    {},
    'when an arm is shipped',
  ),
  horizon: field(
    either(choice(['open']), duration('1s', '365d'), '"open" or a duration such as "14d"'),
    'open',
    'a look at every window, or one look after so long',
  ),
  maxTime: field(duration('1s', '365d'), '30d', 'deadline of the whole experiment'),
  onTimeout: field(choice(['hold', 'rollback']), 'hold', 'what happens at the deadline'),
  bandit: field(
    orFalse(
      record({
        floor: field(whole(1, 50), 1, 'smallest weight of an arm, in percent'),
        every: field(duration('1s', '30d'), '1h', 'how often weights are learnt'),
      }),
    ),
    false,
    'weights that follow what matured, or false',
  ),
  holdout: field(
    number({ min: 0, max: 90, step: 0.01 }),
    0,
    'percent of units that take no part: they stay on stable, unmeasured',
  ),
  srm: field(SPLIT_TEST, {}, 'test of the split itself, or false'),
  segments: field(orNothing(headerName), null, 'request header by whose value counts are also kept apart'),
  segmentGuard: field(
    orFalse(choice(['harmed', 'different'])),
    false,
    'holds for a person, instead of shipping, an arm that is worse in a segment (harmed), or also one whose effect differs between segments (different)',
  ),
});

export type ExperimentPolicy = Static<typeof EXPERIMENT>;

/** A checked policy from parsed YAML or JSON; throws POLICY_INVALID that names every mistake with its path. */
export const parseExperiment = (value: unknown): ExperimentPolicy =>
  decode(EXPERIMENT, value, policyInvalid, (policy, problems) => problems.push(...contradictions(policy)));

/** All that are measured: the one that decides, those that are shown, guardrails. */
export const metricsOf = ({ primary, metrics, guardrails }: ExperimentPolicy): readonly MeasuredMetric[] => [
  primary,
  ...metrics,
  ...guardrails,
];

/** The arm that the others are compared with: the first that stable answers. */
export const controlOf = ({ arms }: ExperimentPolicy): number =>
  arms.findIndex(({ version }) => version === 'stable');

function contradictions(policy: ExperimentPolicy): string[] {
  return [
    ...armProblems(policy),
    ...metricProblems(policy),
    ...timeProblems(policy),
    ...(policy.segmentGuard !== null && policy.segments === null
      ? ['segmentGuard is for segments, wanted the header that they are told by']
      : []),
    ...(policy.rule.ship === 'better' && policy.rule.margin > 0
      ? ['rule.margin is for "not-worse", wanted 0']
      : []),
  ];
}

function armProblems({ arms, bandit }: ExperimentPolicy): string[] {
  const problems: string[] = [];
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(total - 100) > 1e-6)
    problems.push(`arms have weights of ${Number(total.toFixed(2))} together, wanted 100`);
  if (bandit !== null && arms.length < 3)
    problems.push('bandit wants three arms or more: of two, the best two are always both');
  if (!arms.some(({ version }) => version === 'stable'))
    problems.push('arms have none with version stable, wanted one to compare with');
  for (const [i, { name, weight }] of arms.entries()) {
    if (arms.findIndex((other) => other.name === name) < i)
      problems.push(`arms[${i}].name is "${name}" again, wanted different names`);
    if (bandit !== null && weight < bandit.floor)
      problems.push(
        `arms[${i}].weight is ${weight}, wanted at least the floor of the bandit, ${bandit.floor}`,
      );
  }
  return problems;
}

/** What is measured anyway and is no business metric: guards judge it. */
const RESERVED = ['label', 'errors', 'latency', 'outputs', 'labels'];

function metricProblems(policy: ExperimentPolicy): string[] {
  const { metrics, guardrails, bandit } = policy;
  const all = metricsOf(policy);
  const paths = [
    'primary',
    ...metrics.map((_, i) => `metrics[${i}]`),
    ...guardrails.map((_, i) => `guardrails[${i}]`),
  ];
  const path = (i: number): string => elementAt(paths, i);
  return all.flatMap(({ metric: name, bounds: range, cuped, winsorize }, i) => {
    const problems: string[] = [];
    for (const used of [name, ...(cuped === null ? [] : [cuped])]) {
      if (RESERVED.includes(used))
        problems.push(
          `${path(i)} names "${used}", which no feedback brings: wanted a business metric or accuracy`,
        );
    }
    if (all.findIndex((other) => other.metric === name) < i)
      problems.push(`${path(i)}.metric is "${name}" again, wanted each metric once`);
    if (range !== null && (cuped ?? winsorize) !== null)
      problems.push(`${path(i)}.bounds go with neither cuped nor winsorize: what is bounded needs neither`);
    if (range !== null && bandit !== null)
      problems.push(
        `${path(i)}.bounds do not go with a bandit: weights that change are compared by weighted means`,
      );
    if (name === 'accuracy' && range !== null && (range[0] !== 0 || range[1] !== 1))
      problems.push(`${path(i)}.bounds of accuracy are [0, 1]`);
    return problems;
  });
}

function timeProblems({ horizon, maxTime, primary, guardrails, bandit }: ExperimentPolicy): string[] {
  const needed = primary.maturity + (horizon === 'open' ? 0 : horizon);
  const problems: string[] = [];
  if (needed >= maxTime)
    problems.push(
      horizon === 'open'
        ? 'primary.maturity is not before maxTime: nothing would ever mature'
        : 'horizon and primary.maturity together are not before maxTime: there would be no look',
    );
  for (const [i, { maturity }] of guardrails.entries())
    if (maturity >= maxTime)
      problems.push(`guardrails[${i}].maturity is not before maxTime: it would never be judged`);
  if (bandit !== null && horizon !== 'open')
    problems.push('bandit wants horizon open: its intervals hold at every look');
  return problems;
}
