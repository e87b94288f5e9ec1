/**
 * The rollout policy: which stages, which evidence stops them, which evidence lets the last one through. What is left
 * out has the default stated here; docs/policy.schema.json is generated from this grammar. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import {
  choice,
  duration,
  field,
  fineDuration,
  flag,
  headerName,
  list,
  number,
  orFalse,
  orNothing,
  record,
} from '../../schema/grammar.ts';

/** One step of a rollout; times in milliseconds. */
export interface Stage {
  /** Percent of requests copied to the candidate off the reply path; 0 where the stage routes. */
  readonly shadow: number;
  /** Percent of units answered by the candidate; 0 in a shadow stage. */
  readonly weight: number;
  /** Evidence time: only windows in which both arms were seen count. */
  readonly bake: number;
  /** Distinct units that each arm must have had within the stage. */
  readonly minUnits: number;
  readonly approval: boolean;
}

export interface Guard {
  /** Chance of a false rollback by this guard, however often and however long one looks. */
  readonly alpha: number;
  /** Odds ratio candidate to stable that still counts as no harm. */
  readonly tolerance: number;
}

export interface LatencyGuard extends Guard {
  /** Smallest slowness that counts: milliseconds over the frozen quantile; a tenth of the quantile counts where that is more. */
  readonly slack: number;
}

export interface LabelGuard extends Guard {
  readonly metric: 'accuracy';
  /** Age at which a day's labels are complete: a cohort is consumed once, then. */
  readonly maturity: number;
}

export const GUARDS = ['errors', 'latency', 'outputs', 'labels'] as const;
export type GuardName = (typeof GUARDS)[number];

export interface Guards {
  readonly errors: Guard | null;
  readonly latency: LatencyGuard | null;
  readonly outputs: Guard | null;
  readonly labels: LabelGuard | null;
}

export interface Certificate {
  /** Odds ratio whose absence is certified. */
  readonly oddsRatio: number;
  /** Or: share of distinct units that fail (and excess of slow ones) whose absence is certified. */
  readonly margin: number;
  /** Chance of certifying a candidate that is as bad as that. */
  readonly alpha: number;
  readonly gates: 'last' | 'every';
}

export interface Policy {
  /** Length of a window in milliseconds. */
  readonly window: number;
  /** How long after its end a window stays open for what is late, in milliseconds. */
  readonly watermark: number;
  readonly stages: readonly Stage[];
  readonly guards: Guards;
  readonly certificate: Certificate | null;
  readonly srm: { readonly alpha: number; readonly concentration: number } | null;
  /** Without a window of both arms for so long (milliseconds), the weight may not rise. */
  readonly staleAfter: number;
  readonly maxTime: number;
  readonly onTimeout: 'hold' | 'promote' | 'rollback';
  /** Percent of units that stay on stable after the promotion while labels mature. */
  readonly holdback: number;
  /** How long stable is kept ready after the promotion, in milliseconds. */
  readonly warm: number;
  /** Header, in lower case, by whose value counts are also kept apart. */
  readonly segments: string | null;
}

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

/** A candidate that is better answers a little differently: only twice the odds of a strange answer is harm. */
const OUTPUTS_TOLERANCE = 2;

const latency = orFalse(
  record<LatencyGuard>({
    ...guardFields(0.003, 1),
    slack: field(
      fineDuration('0s', '1h'),
      '100us',
      'smallest slowness over the frozen quantile that counts, if more than a tenth of it',
    ),
  }),
);

const labels = orFalse(
  record<LabelGuard>({
    ...guardFields(0.002, 1),
    metric: field(choice(['accuracy']), 'accuracy', 'what labels are turned into'),
    maturity: field(duration('0s', '365d'), '1d', 'age at which labels are complete'),
  }),
);

interface StageWords {
  readonly shadow: number | null;
  readonly weight: number | null;
  readonly bake: number | null;
  readonly minUnits: number;
  readonly approval: boolean;
}

const stage = record<StageWords>({
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
  minUnits: field(
    number({ min: 0, max: 1e9, step: 1 }),
    50,
    'distinct units that each arm must have had in this stage',
  ),
  approval: field(flag, false, 'a person must let the stage end'),
});

const DEFAULT_STAGES = [
  { shadow: 100, bake: '10m' },
  { weight: 5, bake: '5m' },
  { weight: 25, bake: '5m' },
  { weight: 50, bake: '5m' },
  { weight: 100 },
];

/** Guards as experiments have them, too. */
export const GUARD_WORDS = record<Guards>({
  errors: field(orFalse(record<Guard>(guardFields(0.004, 1))), {}, 'units that failed, or false'),
  latency: field(latency, {}, 'units slower than frozen quantiles of stable, or false'),
  outputs: field(
    orFalse(record<Guard>(guardFields(0.001, OUTPUTS_TOLERANCE))),
    {},
    'units whose output fell outside the frozen range of stable, or false',
  ),
  labels: field(labels, false, 'units whose label proved the answer wrong; off unless named'),
});

export const SPLIT_WORDS = orFalse(
  record({
    alpha: field(number(ALPHA), 0.001, 'chance of a false alarm about the split'),
    concentration: field(
      number({ min: 1, max: 1e6 }),
      1000,
      'how close to the wanted split a broken one is thought to be',
    ),
  }),
);

interface PolicyWords extends Omit<Policy, 'stages' | 'holdback'> {
  readonly stages: readonly StageWords[];
  readonly holdback: number | null;
}

/** The grammar; keys in the order in which people read them. */
export const POLICY = record<PolicyWords>({
  window: field(duration('100ms', '1h'), '60s', 'length of a window of counts'),
  watermark: field(duration('0s', '1h'), '30s', 'how long a window stays open after its end'),
  stages: field(list(stage, { min: 1, max: 50 }), DEFAULT_STAGES, 'steps of the rollout, in order'),
  guards: field(GUARD_WORDS, {}, 'evidence of harm that ends the rollout'),
  certificate: field(
    orFalse(
      record<Certificate>({
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
  srm: field(SPLIT_WORDS, {}, 'test of the split itself, or false'),
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

/** A checked policy from parsed YAML or JSON; throws POLICY_INVALID that names every mistake with its path. */
export function parsePolicy(value: unknown): Policy {
  const problems: string[] = [];
  const words = POLICY.parse(value, '', problems);
  if (problems.length === 0) checkStages(words.stages, problems);
  if (problems.length > 0)
    throw new PlimsollError('POLICY_INVALID', { problems: problems.join('; '), list: problems });
  const holdback = words.holdback ?? (words.guards.labels === null ? 0 : 2);
  return { ...words, holdback, stages: words.stages.map(toStage) };
}

export const DEFAULT_POLICY: Policy = parsePolicy({});

function toStage({ shadow, weight, bake, ...rest }: StageWords): Stage {
  const fallback = shadow !== null ? 600_000 : weight === 100 ? 0 : 300_000;
  return { ...rest, shadow: shadow ?? 0, weight: weight ?? 0, bake: bake ?? fallback };
}

/** Weights only grow, and shadow comes before anybody is exposed. */
function checkStages(stages: readonly StageWords[], problems: string[]): void {
  let reached = 0;
  stages.forEach(({ shadow, weight }, i) => {
    const path = `stages[${i}]`;
    if ((shadow === null) === (weight === null)) problems.push(`${path} wants either shadow or weight`);
    if (shadow !== null && reached > 0)
      problems.push(`${path}.shadow comes after a weight, wanted shadow stages first`);
    if (weight === null) return;
    if (weight <= reached)
      problems.push(`${path}.weight is ${weight}, wanted more than the ${reached} before it`);
    reached = weight;
  });
}
