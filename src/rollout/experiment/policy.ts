/**
 * The policy of an experiment: which arms, which metric decides, and when. What is left out has the default stated here;
 * docs/experiment.schema.json is generated from this grammar. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import {
  choice,
  duration,
  either,
  field,
  headerName,
  list,
  number,
  orFalse,
  orNothing,
  type Rule,
  record,
  text,
} from '../../schema/grammar.ts';
import { GUARD_WORDS, type Guards, type Policy, SPLIT_WORDS } from '../policy/policy.ts';

/** Arm of an experiment; `version` is a number, or one of the two that the rollout names. */
export interface ArmPolicy {
  readonly name: string;
  readonly version: number | 'stable' | 'candidate';
  /** Percent of the units that take part. */
  readonly weight: number;
}

/** What is measured, and which way is better. */
export interface MeasuredMetric {
  /** Name of a business metric that feedback brings, or `accuracy`. */
  readonly metric: string;
  /** Which way is better. */
  readonly direction: 'up' | 'down';
  /** Least and most that a unit's value can be: then intervals are exact, whatever the distribution. */
  readonly bounds: readonly [low: number, high: number] | null;
  /** Age of a unit at which its value is complete, in milliseconds. */
  readonly maturity: number;
  /** Metric whose sum before the first answer takes variance out. */
  readonly cuped: string | null;
  /** A unit's value counts as at most this. */
  readonly winsorize: number | null;
}

export interface MetricPolicy extends MeasuredMetric {
  /** Smallest difference that must be found in time, in units of the metric. */
  readonly minimumEffect: number | null;
}

/** A metric that must not get worse. */
export interface GuardrailPolicy extends MeasuredMetric {
  /** Loss that is still allowed, in units of the metric. */
  readonly margin: number;
}

/** What of the segments keeps an arm from being shipped: one in which it is worse, or also that it does not do the same in all. */
export type SegmentGuard = 'harmed' | 'different';

export interface ExperimentPolicy {
  readonly window: number;
  readonly watermark: number;
  readonly arms: readonly ArmPolicy[];
  readonly primary: MetricPolicy;
  /** Shown with intervals; they decide nothing. */
  readonly metrics: readonly MetricPolicy[];
  /** An arm that is found worse in one ends; none is shipped before each has an interval. */
  readonly guardrails: readonly GuardrailPolicy[];
  readonly guards: Guards;
  /** Chance that any arm is declared different from control where none is. */
  readonly alpha: number;
  readonly rule: { readonly ship: 'better' | 'not-worse'; readonly margin: number };
  /** Milliseconds until the one look, or `open`: a look at every window. */
  readonly horizon: number | 'open';
  readonly maxTime: number;
  readonly onTimeout: 'hold' | 'rollback';
  readonly bandit: { readonly floor: number; readonly every: number } | null;
  /** Percent of units that take no part: they stay on stable and are not measured. */
  readonly holdout: number;
  readonly srm: Policy['srm'];
  readonly segments: string | null;
  /** Null where segments decide nothing. */
  readonly segmentGuard: SegmentGuard | null;
}

const NAME = '^[a-z][a-zA-Z0-9_.-]{0,63}$';
const METRIC = text(NAME, 'the name of a metric, such as "revenue"');
const SHARE = { min: 0, max: 100, above: true, step: 0.01 };
const ALPHA = { min: 0, max: 0.5, above: true };

const arm = record<ArmPolicy>({
  name: field(text(NAME, 'a name such as "treatment"'), undefined, 'what the arm is called'),
  version: field(
    either<'stable' | 'candidate', number>(
      choice(['stable', 'candidate']),
      number({ min: 1, max: 1e9, step: 1 }),
      '"stable", "candidate" or the number of a version',
    ),
    undefined,
    'what the arm is answered by',
  ),
  weight: field(number(SHARE), undefined, 'percent of the units that take part'),
});

const BOUND = number({ min: -1e12, max: 1e12 });

/** Two numbers, the smaller first. */
const bounds: Rule<readonly [number, number]> = {
  schema: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
  parse(value, path, problems) {
    const pair = list(BOUND, { min: 2, max: 2 }).parse(value, path, problems) as readonly [number, number];
    if (pair !== undefined && pair[0] >= pair[1]) problems.push(`${path} wants the smaller bound first`);
    return pair;
  },
};

const MEASURED = {
  metric: field(METRIC, undefined, 'business metric that feedback brings, or accuracy'),
  direction: field(choice<MeasuredMetric['direction']>(['up', 'down']), 'up', 'which way is better'),
  bounds: field(orNothing(bounds), null, 'least and most of a unit: then intervals are exact'),
  maturity: field(duration('0s', '365d'), '1d', 'age of a unit at which its value is complete'),
  cuped: field(orNothing(METRIC), null, 'metric whose sum over 28 days before takes variance out'),
  winsorize: field(orNothing(BOUND), null, "a unit's value counts as at most this"),
};

const metric = record<MetricPolicy>({
  ...MEASURED,
  minimumEffect: field(
    orNothing(number({ min: 0, max: 1e12, above: true })),
    null,
    'smallest difference that must be found in time',
  ),
});

const guardrail = record<GuardrailPolicy>({
  ...MEASURED,
  margin: field(number({ min: 0, max: 1e12 }), 0, 'loss that is still allowed, in units of the metric'),
});

const DEFAULT_ARMS = [
  { name: 'stable', version: 'stable', weight: 50 },
  { name: 'candidate', version: 'candidate', weight: 50 },
];

/** The grammar; keys in the order in which people read them. */
export const EXPERIMENT = record<ExperimentPolicy>({
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
    GUARD_WORDS,
    {},
    'evidence of harm that ends an arm; levels are split over the arms under test',
  ),
  alpha: field(number(ALPHA), 0.05, 'chance that an arm is found different where none is'),
  rule: field(
    record<ExperimentPolicy['rule']>({
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
    either<'open', number>(choice(['open']), duration('1s', '365d'), '"open" or a duration such as "14d"'),
    'open',
    'a look at every window, or one look after so long',
  ),
  maxTime: field(duration('1s', '365d'), '30d', 'deadline of the whole experiment'),
  onTimeout: field(choice(['hold', 'rollback']), 'hold', 'what happens at the deadline'),
  bandit: field(
    orFalse(
      record<{ floor: number; every: number }>({
        floor: field(number({ min: 1, max: 50, step: 1 }), 1, 'smallest weight of an arm, in percent'),
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
  srm: field(SPLIT_WORDS, {}, 'test of the split itself, or false'),
  segments: field(orNothing(headerName), null, 'request header by whose value counts are also kept apart'),
  segmentGuard: field(
    orFalse(choice<SegmentGuard>(['harmed', 'different'])),
    false,
    'holds for a person, instead of shipping, an arm that is worse in a segment (harmed), or also one whose effect differs between segments (different)',
  ),
});

/** A checked policy from parsed YAML or JSON; throws POLICY_INVALID that names every mistake with its path. */
export function parseExperiment(value: unknown): ExperimentPolicy {
  const problems: string[] = [];
  const policy = EXPERIMENT.parse(value, '', problems);
  if (problems.length === 0) problems.push(...contradictions(policy));
  if (problems.length > 0)
    throw new PlimsollError('POLICY_INVALID', { problems: problems.join('; '), list: problems });
  return policy;
}

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
  const path = (i: number): string => paths[i]!;
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
