/** What is told of rollouts and experiments: the types of the port, what the control API publishes, and what is wanted of it. */
import { HOLD_CAUSES, ROLLOUT_STATES } from '../rollout/decide/status.ts';
import type { RecordingLine } from '../rollout/recording.ts';
import { computedNumber } from '../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
} from '../schema/value-schema.ts';
import { EXPERIMENT_VIEW, GUARD_VIEWS, logarithm, SPLIT_VIEW } from './experiment-schemas.ts';

/** There where it holds in memory alone. */
export const DURABLE = described(
  schemaOf<false>({ const: false }),
  'There where it holds in memory alone: the store is away, and is told when it is back',
);

export const ROLLOUT_STATE = choice(ROLLOUT_STATES);

const ARM_VIEW = shape({
  name: anyText,
  version: anyInteger,
  units: computedNumber,
  failures: computedNumber,
  /** Milliseconds; null without requests. */
  latency: nullable(shape({ p50: computedNumber, p95: computedNumber, p99: computedNumber })),
});

const METRIC_VIEW = shape(
  {
    name: anyText,
    segment: nullable(anyText),
    scale: described(choice(['share', 'plain']), 'Of units, from 0 to 1; or in its own terms'),
    estimate: nullable(anyNumber),
    lower: nullable(anyNumber),
    upper: nullable(anyNumber),
    units: list(computedNumber),
  },
  { flagged: flag },
);

const STAGES_VIEW = described(
  shape({
    stages: list(
      shape({
        shadow: computedNumber,
        weight: computedNumber,
        bake: computedNumber,
        minUnits: computedNumber,
        approval: flag,
      }),
    ),
    elapsed: computedNumber,
    bake: computedNumber,
    candidateUnits: computedNumber,
    stableUnits: computedNumber,
    approved: flag,
    gates: described(
      list(
        shape({
          kind: choice(['bake', 'units', 'doubt', 'certificate', 'approval']),
          what: anyText,
          isPassed: flag,
        }),
      ),
      'What the current stage needs to end, in the order in which it is asked for; none once it is over',
    ),
    split: SPLIT_VIEW,
    deadline: described(
      shape({
        elapsed: computedNumber,
        maxTime: computedNumber,
        onTimeout: choice(['hold', 'promote', 'rollback']),
      }),
      'Of the whole rollout: what has passed, when its time is up, and what happens then',
    ),
  }),
  'The plan of stages and how far the current one is; milliseconds',
);

export const FORECAST = described(
  shape(
    {
      rate: computedNumber,
      errorRate: computedNumber,
      basis: choice(['rollout', 'endpoint']),
      stages: list(shape({ stage: anyInteger, end: nullable(anyNumber) })),
      promotion: nullable(anyNumber),
      detection: nullable(shape({ rate: computedNumber, time: nullable(anyNumber) })),
    },
    { certificate: nullable(anyNumber) },
  ),
  'What is expected at the traffic of the rollout, or of its endpoint before: milliseconds from now until each stage ends, the certificate is complete and everybody has the candidate, and from the beginning until a candidate that fails at a given rate is found; null for never',
);

export const STRATEGY = choice(['canary', 'ab', 'shadow', 'blue-green', 'immediate', 'placebo']);

export const ROLLOUT_VIEW = shape(
  {
    id: anyText,
    endpoint: anyText,
    strategy: STRATEGY,
    candidate: anyInteger,
    stableVersion: anyInteger,
    state: ROLLOUT_STATE,
    stage: anyInteger,
    stages: anyInteger,
    weight: described(computedNumber, 'Percent of units that the candidate answers'),
    /** Of the last decision. */
    verdict: anyText,
    reason: anyText,
    evidence: GUARD_VIEWS,
    /** Units that went wrong on account of the candidate, by the guard that saw most. */
    harmedUnits: computedNumber,
    startedAt: anyText,
    endedAt: nullable(anyText),
    by: anyText,
    arms: list(ARM_VIEW),
    metrics: list(METRIC_VIEW),
    /** Pieces that came after their window was closed, parts that are missing; requests that were copied, and copies dropped. */
    left: shape({
      latePieces: computedNumber,
      missingParts: computedNumber,
      mirrored: computedNumber,
      dropped: computedNumber,
    }),
    experiment: described(nullable(EXPERIMENT_VIEW), 'Of an experiment: what it has come to so far'),
    segments: described(
      list(
        shape({ segment: anyText, arms: list(shape({ units: computedNumber, failures: computedNumber })) }),
      ),
      'Units, and those that failed, by value of the segment header and arm',
    ),
    /** Null of experiments, of what waits for a person, and where no traffic is known. */
    forecast: nullable(FORECAST),
    warnings: described(
      list(anyText),
      'What it waits for in vain, as the units are that ask its endpoint; empty where nothing is, or where they are not known',
    ),
  },
  {
    progress: STAGES_VIEW,
    durable: DURABLE,
    holdCause: described(choice(HOLD_CAUSES), 'Why it waits for a person, while it does'),
  },
);

const GUARD_POINT = shape({ harm: logarithm, noHarm: nullable(anyNumber) });

/** How a rollout came to where it is. */
export const ROLLOUT_HISTORY = shape({
  points: described(
    list(
      shape({
        at: epochMillis,
        stage: anyInteger,
        weight: computedNumber,
        guards: shape(
          {},
          { errors: GUARD_POINT, latency: GUARD_POINT, outputs: GUARD_POINT, labels: GUARD_POINT },
        ),
      }),
    ),
    'Natural logarithms of evidence as it grew by windows, at most 300 evenly chosen; of several that are told as one that which spoke most for harm',
  ),
  moments: described(
    list(
      shape({
        at: epochMillis,
        command: nullable(anyText),
        by: nullable(anyText),
        state: ROLLOUT_STATE,
        stage: anyInteger,
        weight: computedNumber,
        reason: anyText,
      }),
    ),
    'What was said and decided: every change of state, stage or weight, and every command; at most 200, the first and the last',
  ),
  left: described(anyInteger, 'Moments in between that are left out'),
});

/** A rollout in a list. */
export const ROLLOUT_SUMMARY = shape({
  id: anyText,
  endpoint: anyText,
  strategy: STRATEGY,
  candidate: anyInteger,
  stableVersion: anyInteger,
  state: ROLLOUT_STATE,
  weight: described(
    nullable(computedNumber),
    'Percent of units that the candidate answers; null once it is over',
  ),
  reason: described(nullable(anyText), 'Why it is where it is: what was decided last'),
  startedAt: anyText,
  endedAt: nullable(anyText),
  by: anyText,
});

/** Signed account of a rollout: what it says is `payload`, in base64. */
export const SIGNED_REPORT = shape({
  envelope: described(
    shape({
      payloadType: anyText,
      payload: anyText,
      signatures: list(shape({ keyid: anyText, sig: anyText })),
    }),
    'As DSSE 1.0 has it',
  ),
  keyId: anyText,
  publicKey: described(anyText, 'PEM'),
});

const UNITS = {
  units: anyInteger,
  failures: anyInteger,
  over: tableOf(anyText, anyInteger),
  shifted: tableOf(anyText, anyInteger),
  atRisk: tableOf(anyText, anyInteger),
};

const RECORDED_ARM = shape(UNITS, {
  newcomers: shape(UNITS),
  assigned: anyInteger,
  distinct: anything,
  labels: shape({ units: anyInteger, failures: anyInteger }),
});

/** A line of a recording, as `rollout replay` reads it: docs/rollouts.md says what is counted. */
export const RECORDED_WINDOW = schemaOf<RecordingLine>(
  shape(
    {
      rollout: anyText,
      window: anyInteger,
      start: anyText,
      stage: anyInteger,
      weight: described(computedNumber, "Candidate's share of units, 0 to 1"),
      arms: shape({ candidate: RECORDED_ARM, stable: RECORDED_ARM }),
      pairs: anyInteger,
      paired: tableOf(
        anyText,
        shape({ candidateOnly: anyInteger, stableOnly: anyInteger, both: anyInteger }),
      ),
    },
    { copies: anything },
  ),
);
