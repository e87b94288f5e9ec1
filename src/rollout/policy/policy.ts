/**
 * The rollout policy: which stages, which evidence stops them, which evidence lets the last one through. What is left
 * out has the default stated here; docs/policy.schema.json is generated from this grammar. Pure.
 */
import type { Static } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { decode } from '../../schema/read-value.ts';
import { duration, fineDuration, orFalse, orNothing, transformed } from '../../schema/transformed.ts';
import { choice, field, flag, headerName, list, number, record, whole } from '../../schema/value-schema.ts';

const ALPHA = { min: 0, max: 0.5, above: true };
/** Buckets are ten-thousandths: a weight has at most two decimals. */
const PERCENT = { min: 0, max: 100, above: true, step: 0.01 };
const guardFields = (alpha: number, tolerance: number) => ({
  alpha: field(number(ALPHA), alpha, 'chance of a false rollback by this guard, however often one looks'),
  tolerance: field(
    number({ min: 1, max: 10 }),
    tolerance,
    'odds ratio candidate to stable that still counts as no harm',
  ),
});

/** A guard that judges by these alone. */
const guard = (alpha: number, tolerance: number) => orFalse(record(guardFields(alpha, tolerance)));
/** What judges harm, and at which odds. */
export type GuardPolicy = NonNullable<Static<ReturnType<typeof guard>>>;

/** A candidate that is better answers a little differently: only twice the odds of a strange answer is harm. */
const OUTPUTS_TOLERANCE = 2;

const latency = orFalse(
  record({
    ...guardFields(0.003, 1),
    slack: field(
      fineDuration('0s', '1h'),
      '100us',
      'smallest slowness over the frozen quantile that counts, if more than a tenth of it',
    ),
  }),
);

const labels = orFalse(
  record({
    ...guardFields(0.002, 1),
    metric: field(choice(['accuracy']), 'accuracy', 'what labels are turned into'),
    maturity: field(duration('0s', '365d'), '1d', 'age at which labels are complete'),
  }),
);

const stage = record({
  shadow: field(
    orNothing(number(PERCENT)),
    null,
    'percent of requests copied to the candidate; answers stay those of stable',
  ),
  weight: field(orNothing(number(PERCENT)), null, 'percent of units answered by the candidate'),
  bake: field(
    orNothing(duration('0s', '365d')),
    null,
    'evidence time before the stage may end; 10m for shadow, 5m for a weight, 0s at weight 100',
  ),
  minUnits: field(whole(0, 1e9), 50, 'distinct units that each arm must have had in this stage'),
  approval: field(flag, false, 'a person must let the stage end'),
});

type WrittenStage = Static<typeof stage>;

const DEFAULT_STAGES = [
  { shadow: 100, bake: '10m' },
  { weight: 5, bake: '5m' },
  { weight: 25, bake: '5m' },
  { weight: 50, bake: '5m' },
  { weight: 100 },
];

/** Guards as experiments have them, too. */
export const GUARD_POLICIES = record({
  errors: field(guard(0.004, 1), {}, 'units that failed, or false'),
  latency: field(latency, {}, 'units slower than frozen quantiles of stable, or false'),
  outputs: field(
    guard(0.001, OUTPUTS_TOLERANCE),
    {},
    'units whose output fell outside the frozen range of stable, or false',
  ),
  labels: field(labels, false, 'units whose label proved the answer wrong; off unless named'),
});

export const SPLIT_TEST = orFalse(
  record({
    alpha: field(number(ALPHA), 0.001, 'chance of a false alarm about the split'),
    concentration: field(
      number({ min: 1, max: 1e6 }),
      1000,
      'how close to the wanted split a broken one is thought to be',
    ),
  }),
);

/** Weights only grow, and shadow comes before anybody is exposed. */
const stages = transformed(list(stage, { min: 1, max: 50 }), (written, path, problems) => {
  checkStages(written, path, problems);
  return written.map(toStage);
});

export type GuardPolicies = Static<typeof GUARD_POLICIES>;
export type GuardName = keyof GuardPolicies;
export const GUARDS = ['errors', 'latency', 'outputs', 'labels'] as const satisfies readonly GuardName[];

/** The grammar; keys in the order in which people read them. */
const WRITTEN_POLICY = record({
  window: field(duration('100ms', '1h'), '60s', 'length of a window of counts'),
  watermark: field(duration('0s', '1h'), '30s', 'how long a window stays open after its end'),
  stages: field(stages, DEFAULT_STAGES, 'steps of the rollout, in order'),
  guards: field(GUARD_POLICIES, {}, 'evidence of harm that ends the rollout'),
  certificate: field(
    orFalse(
      record({
        oddsRatio: field(
          number({ min: 1, max: 100, above: true }),
          2,
          'odds ratio whose absence is certified',
        ),
        margin: field(
          number({ min: 0, max: 1, above: true }),
          0.005,
          'failure rate whose absence is certified',
        ),
        alpha: field(number(ALPHA), 0.05, 'chance of certifying a candidate that is as bad as that'),
        gates: field(choice(['last', 'every']), 'last', 'which stages need the certificate to end'),
      }),
    ),
    {},
    'evidence of no harm that the promotion needs, or false',
  ),
  srm: field(SPLIT_TEST, {}, 'test of the split itself, or false'),
  staleAfter: field(duration('1s', '1d'), '5m', 'without evidence for so long, the weight may not rise'),
  maxTime: field(duration('1s', '365d'), '24h', 'deadline of the whole rollout'),
  onTimeout: field(choice(['hold', 'promote', 'rollback']), 'hold', 'what happens at the deadline'),
  holdback: field(
    orNothing(number({ min: 0, max: 50, step: 0.01 })),
    null,
    'percent that stays on stable after the promotion while labels mature; 2 with a labels guard, else 0',
  ),
  warm: field(duration('0s', '365d'), '1h', 'how long stable is kept ready after the promotion'),
  segments: field(
    orNothing(headerName),
    null,
    'request header by whose value counts are also kept apart; they explain and decide nothing',
  ),
});

/** What holds where nothing is said depends on the guards. */
export const POLICY = transformed(WRITTEN_POLICY, (policy) => ({
  ...policy,
  holdback: policy.holdback ?? (policy.guards.labels === null ? 0 : 2),
}));

export type RolloutPolicy = Readonly<Static<typeof POLICY>>;
export type RolloutStage = RolloutPolicy['stages'][number];
export type CertificatePolicy = NonNullable<RolloutPolicy['certificate']>;

/** POLICY_INVALID with every mistake, each with its path. */
export const policyInvalid = (list: readonly string[]): PlimsollError =>
  new PlimsollError('POLICY_INVALID', { problems: list.join('; '), list });

/** A checked policy from parsed YAML or JSON; throws POLICY_INVALID. */
export const parsePolicy = (value: unknown): RolloutPolicy => decode(POLICY, value, policyInvalid);

export const DEFAULT_POLICY: RolloutPolicy = parsePolicy({});

function toStage({ shadow, weight, bake, ...rest }: WrittenStage) {
  const fallback = shadow !== null ? 600_000 : weight === 100 ? 0 : 300_000;
  return { ...rest, shadow: shadow ?? 0, weight: weight ?? 0, bake: bake ?? fallback };
}

function checkStages(written: readonly WrittenStage[], path: string, problems: string[]): void {
  let reached = 0;
  for (const [i, { shadow, weight }] of written.entries()) {
    const at = `${path}[${i}]`;
    if ((shadow === null) === (weight === null)) problems.push(`${at} wants either shadow or weight`);
    if (shadow !== null && reached > 0)
      problems.push(`${at}.shadow comes after a weight, wanted shadow stages first`);
    if (weight === null) continue;
    if (weight <= reached)
      problems.push(`${at}.weight is ${weight}, wanted more than the ${reached} before it`);
    reached = weight;
  }
}
