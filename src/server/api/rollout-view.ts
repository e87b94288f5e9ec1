/** What is told of a rollout. */
import { Type } from 'typebox';
import { nullable } from './operation.ts';

/** JSON has no infinity: a logarithm of 0 is null. */
const LOG = nullable(Type.Number());

const GUARD = Type.Object(
  {
    log: LOG,
    maxLog: LOG,
    bound: Type.Number(),
    certificate: nullable(Type.Object({ log: LOG, bound: Type.Number() })),
    harmedUnits: Type.Number(),
    lasting: Type.Optional(
      Type.Object(
        {
          log: LOG,
          candidate: Type.Integer(),
          stable: Type.Integer(),
          copies: Type.Integer(),
        },
        {
          description:
            'Units that failed in three windows in a row, by the arm of the third; and windows of units in which exactly the candidate failed their copies once more',
        },
      ),
    ),
  },
  { description: 'Natural logarithms of evidence: of harm now, at most, and where it rolls back' },
);

const ARM = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  units: Type.Number(),
  failures: Type.Number(),
  latency: nullable(Type.Object({ p50: Type.Number(), p95: Type.Number(), p99: Type.Number() })),
});

const METRIC = Type.Object({
  name: Type.String(),
  segment: nullable(Type.String()),
  scale: Type.Enum(['share', 'plain'], { description: 'Of units, from 0 to 1; or in its own terms' }),
  estimate: nullable(Type.Number()),
  lower: nullable(Type.Number()),
  upper: nullable(Type.Number()),
  units: Type.Array(Type.Number()),
  flagged: Type.Optional(Type.Boolean()),
});

const PROGRESS = Type.Object(
  {
    stages: Type.Array(
      Type.Object({
        shadow: Type.Number(),
        weight: Type.Number(),
        bake: Type.Number(),
        minUnits: Type.Number(),
        approval: Type.Boolean(),
      }),
    ),
    elapsed: Type.Number(),
    bake: Type.Number(),
    candidateUnits: Type.Number(),
    stableUnits: Type.Number(),
    approved: Type.Boolean(),
  },
  { description: 'The plan of stages and how far the current one is; milliseconds' },
);

const MILLIS = nullable(Type.Number());

const FORECAST = Type.Object(
  {
    rate: Type.Number(),
    errorRate: Type.Number(),
    basis: Type.Enum(['rollout', 'endpoint']),
    stages: Type.Array(Type.Object({ stage: Type.Integer(), end: MILLIS })),
    certificate: Type.Optional(MILLIS),
    promotion: MILLIS,
    detection: nullable(Type.Object({ rate: Type.Number(), time: MILLIS })),
  },
  {
    description:
      'What is expected at the traffic of the rollout, or of its endpoint before: milliseconds from now until each stage ends, the certificate is complete and everybody has the candidate, and from the beginning until a candidate that fails at a given rate is found; null for never',
  },
);

export const STRATEGY = Type.Enum(['canary', 'ab', 'shadow', 'blue-green', 'immediate', 'placebo']);

export const DURABLE = Type.Optional(
  Type.Literal(false, {
    description: 'There where it holds in memory alone: the store is away, and is told when it is back',
  }),
);

export const ROLLOUT_VIEW = Type.Object({
  id: Type.String(),
  endpoint: Type.String(),
  strategy: STRATEGY,
  candidate: Type.Integer(),
  stableVersion: Type.Integer(),
  state: Type.Enum(['running', 'holding', 'promoted', 'rolled-back', 'aborted']),
  stage: Type.Integer(),
  stages: Type.Integer(),
  weight: Type.Number({ description: 'Percent of units that the candidate answers' }),
  verdict: Type.String(),
  reason: Type.String(),
  evidence: Type.Record(Type.String(), GUARD),
  harmedUnits: Type.Number(),
  progress: Type.Optional(PROGRESS),
  startedAt: Type.String(),
  endedAt: nullable(Type.String()),
  by: Type.String(),
  arms: Type.Array(ARM),
  metrics: Type.Array(METRIC),
  left: Type.Object({
    latePieces: Type.Number(),
    missingParts: Type.Number(),
    mirrored: Type.Number(),
    dropped: Type.Number(),
  }),
  experiment: Type.Unknown(),
  forecast: nullable(FORECAST),
  warnings: Type.Array(Type.String(), {
    description:
      'What it waits for in vain, as the units are that ask its endpoint; empty where nothing is, or where they are not known',
  }),
  durable: DURABLE,
});
