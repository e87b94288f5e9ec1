/** What is told of guards, and of an experiment: what it has come to so far. */
import type { ExperimentView } from '../rollout/experiment/view.ts';
import { readValue } from '../schema/read-value.ts';
import { computedNumber, withReader } from '../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  type ValueSchema,
} from '../schema/value-schema.ts';

/** JSON has no infinity: the logarithm of 0 is null in it. */
export const logarithm = withReader<number>(nullable(anyNumber), (value, path, problems) =>
  value === null ? -Infinity : readValue(anyNumber, value, path, problems),
);

const GUARD_VIEW = described(
  shape(
    {
      log: logarithm,
      maxLog: logarithm,
      bound: computedNumber,
      certificate: nullable(shape({ log: logarithm, bound: computedNumber })),
      harmedUnits: computedNumber,
    },
    {
      lasting: described(
        shape({ log: logarithm, candidate: anyInteger, stable: anyInteger, copies: anyInteger }),
        'Units that failed in three windows in a row, by the arm of the third; and windows of units in which exactly the candidate failed their copies once more',
      ),
    },
  ),
  'Natural logarithms of evidence: of harm now, at most, and where it rolls back',
);

/** Of the guards that have seen anything. */
export const GUARD_VIEWS = shape(
  {},
  { errors: GUARD_VIEW, latency: GUARD_VIEW, outputs: GUARD_VIEW, labels: GUARD_VIEW },
);

export const SPLIT_VIEW = described(
  nullable(shape({ p: computedNumber, alpha: computedNumber })),
  'Test that units are split as they should be, and below which p it holds for a person; null without it',
);

const CONTRAST = {
  metric: anyText,
  scale: choice(['share', 'plain']),
  isPrimary: flag,
  isGuardrail: flag,
  direction: described(choice(['up', 'down']), 'Which way is better'),
  margin: described(computedNumber, 'Loss that a guardrail still allows, in units of the metric'),
  arm: anyText,
  units: described(
    schemaOf<readonly [own: number, control: number]>(list(computedNumber)),
    'Units whose value has matured, of the arm and of control',
  ),
  mean: nullable(anyNumber),
  controlMean: nullable(anyNumber),
  estimate: nullable(anyNumber),
  lower: described(nullable(anyNumber), 'An interval that holds at all looks together'),
  upper: nullable(anyNumber),
};

const AT_THE_END = shape({ lower: computedNumber, upper: computedNumber, p: computedNumber });

export const EXPERIMENT_VIEW: ValueSchema<ExperimentView> = shape({
  arms: list(
    shape({
      name: anyText,
      version: anyInteger,
      isControl: flag,
      share: described(computedNumber, 'Of the units that take part'),
      units: described(anyInteger, 'Seen for the first time'),
      lost: described(
        nullable(schemaOf<NonNullable<ExperimentView['arms'][number]['lost']>>({ type: 'string' })),
        'Why it takes part no more: a guard, `primary`, or `guardrail` and its metric',
      ),
      guards: GUARD_VIEWS,
    }),
  ),
  metrics: list(
    shape({
      ...CONTRAST,
      atTheEnd: described(nullable(AT_THE_END), 'Of the one look of a fixed horizon'),
      chance: described(nullable(anyNumber), 'That the arm is better: for display alone'),
    }),
  ),
  segments: list(shape({ ...CONTRAST, segment: anyText })),
  differences: list(
    shape({
      segments: schemaOf<readonly [string, string]>(list(anyText)),
      ...{ estimate: computedNumber, lower: computedNumber, upper: computedNumber },
      p: computedNumber,
      metric: anyText,
      arm: anyText,
      message: anyText,
    }),
  ),
  split: SPLIT_VIEW,
  rule: shape({
    bar: described(computedNumber, 'What the interval must lie beyond, in the direction that is better'),
    alpha: computedNumber,
    maturity: computedNumber,
    elapsed: computedNumber,
    deadline: described(computedNumber, 'When the last look can decide: milliseconds from the beginning'),
    onTimeout: choice(['hold', 'rollback']),
    isFixed: described(flag, 'It looks once, at the deadline'),
    minimumEffect: nullable(anyNumber),
    segments: nullable(anyText),
    segmentGuard: nullable(choice(['harmed', 'different'])),
  }),
  outlook: described(
    nullable(
      shape({
        arm: anyText,
        rate: computedNumber,
        deviation: computedNumber,
        units: anyInteger,
        detectable: computedNumber,
        minimumEffect: nullable(anyNumber),
        decision: nullable(anyNumber),
      }),
    ),
    'What is expected of the arm that stands best: units that mature by the deadline, the difference that is found by then, and milliseconds until the minimum effect is found (from the beginning) and until it is decided (from now)',
  ),
  winner: nullable(anyText),
  looks: list(
    shape({
      window: anyInteger,
      at: epochMillis,
      arm: anyText,
      units: anyInteger,
      estimate: nullable(anyNumber),
      lower: nullable(anyNumber),
      upper: nullable(anyNumber),
    }),
  ),
});
