/** What is told of what is watched: types of the port, what the control API publishes, and what is wanted of its answers. */
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
import { DRIFT_KINDS } from './drift/drift-finding.ts';

const SIDE = choice(['input', 'output']);
const COUNTS = described(list(computedNumber), 'Rows, one number a bin');
const SHARES = shape({ reference: computedNumber, current: computedNumber });

export const MONITOR_VIEW = shape({
  endpoint: anyText,
  model: anyText,
  version: nullable(anyInteger),
  policy: described(anything, 'What is in force, with every default; durations in milliseconds'),
  written: described(anything, 'The document as it was set'),
  generation: described(anyInteger, '0 where nothing was set'),
  reference: nullable(shape({ source: anyText, rows: anyInteger, createdAt: epochMillis })),
  traffic: described(
    shape({ hour: anyInteger, day: anyInteger, dropped: anyInteger }),
    'Rows of the last hour and day, and how many of them could not be captured',
  ),
  alerts: shape({ firing: anyInteger, pending: anyInteger }),
  evaluatedAt: nullable(epochMillis),
  sentence: anyText,
});

const EFFECT = shape({
  unit: choice(['psi', 'share']),
  value: computedNumber,
  low: computedNumber,
  high: computedNumber,
});
const EVIDENCE = described(
  shape({ log: computedNumber, threshold: computedNumber }),
  'Natural logarithm of the e-value, and of what it must reach',
);

export const DRIFT_VIEW = shape({
  endpoint: anyText,
  version: anyInteger,
  from: epochMillis,
  to: epochMillis,
  rows: anyInteger,
  features: list(
    shape({
      feature: anyText,
      side: SIDE,
      effect: EFFECT,
      evidence: EVIDENCE,
      state: choice(['quiet', 'drifting']),
      missing: SHARES,
      unseen: SHARES,
      beyond: described(SHARES, 'Beyond the least or the greatest of the reference'),
      rows: described(anyInteger, 'Of the window that tells most'),
      bins: list(anyText),
      reference: COUNTS,
      current: COUNTS,
    }),
  ),
  findings: list(
    shape({
      feature: nullable(anyText),
      side: SIDE,
      kind: choice(DRIFT_KINDS),
      effect: EFFECT,
      evidence: EVIDENCE,
      rows: anyInteger,
      reference: COUNTS,
      current: COUNTS,
    }),
  ),
  cause: nullable(choice(['data', 'model'])),
  matching: described(
    anyInteger,
    'Features and answers that were asked for, on this part of the list and others',
  ),
  drifting: described(anyInteger, 'Of them, those that drift'),
  next: nullable(described(anyText, 'Cursor of the next part of features; null at the end')),
});

const KNOWN = { value: computedNumber, lower: computedNumber, upper: computedNumber };
const REALISED = nullable(
  described(
    shape({ ...KNOWN, error: computedNumber, rows: anyInteger }),
    'Of the labels that are there, each weighed by the inverse of the chance that it has come',
  ),
);
const LABELLED = {
  labelled: described(anyInteger, 'Rows with a label'),
  coverage: described(computedNumber, 'Share of traffic with a label'),
  realised: REALISED,
};

const COHORT = shape({
  version: anyInteger,
  from: epochMillis,
  to: epochMillis,
  revision: described(anyInteger, 'Grows with every label that changes what was known'),
  computedAt: epochMillis,
  schema: schemaOf<1>({ const: 1 }),
  task: choice(['binary', 'multiclass', 'regression', 'ranking', 'value']),
  metric: anyText,
  ...LABELLED,
  estimate: nullable(
    described(
      shape({ ...KNOWN, level: computedNumber, periods: anyInteger }),
      'Without labels, and how far off others were',
    ),
  ),
  corrected: nullable(
    described(
      shape({ ...KNOWN, power: computedNumber }),
      'The estimate put right by the labels that there are',
    ),
  ),
  residual: nullable(shape({ value: computedNumber, size: computedNumber })),
  rows: described(anyInteger, 'In the log'),
  traffic: described(computedNumber, 'Rows that were answered'),
  arrived: described(computedNumber, 'Share of the labels to come that should have come'),
  mature: nullable(flag),
  revised: described(anyInteger, 'Labels that took the place of another'),
  segments: list(shape({ ...KNOWN, segment: anyText, labelled: anyInteger })),
  ask: described(list(anyText), 'Requests whose labels would tell most'),
  revisions: described(
    list(shape({ revision: anyInteger, computedAt: epochMillis, ...LABELLED })),
    'What was known when, oldest first; none where there is one revision',
  ),
});

const ACCURACY = shape({
  metric: nullable(anyText),
  reference: nullable(
    shape({
      value: computedNumber,
      rows: anyInteger,
      source: choice(['file', 'traffic']),
      isPresumed: described(
        flag,
        'The column of the truth was guessed: estimates are made of it, decay is not told by it',
      ),
    }),
  ),
  isEstimateTrusted: nullable(flag),
  maturity: nullable(described(computedNumber, 'Age at which labels are there, in milliseconds')),
  attribution: nullable(described(anyText, 'Where accuracy was lost')),
  rules: list(
    shape({
      name: anyText,
      standing: nullable(choice(['beyond', 'between', 'below'])),
      sentence: anyText,
    }),
  ),
});

export const QUALITY_VIEW = shape({
  endpoint: anyText,
  version: anyInteger,
  cohorts: described(list(COHORT), 'Accuracy, newest first'),
  accuracy: nullable(ACCURACY),
  violations: list(
    shape({
      kind: anyText,
      feature: nullable(anyText),
      rows: anyInteger,
      share: computedNumber,
      sentence: anyText,
    }),
  ),
});

export const ALERT_VIEW = shape({
  fingerprint: anyText,
  labels: tableOf(anyText, anyText),
  severity: choice(['page', 'ticket', 'info']),
  state: choice(['inactive', 'pending', 'firing', 'resolved']),
  since: epochMillis,
  startsAt: epochMillis,
  endsAt: nullable(epochMillis),
  evaluatedAt: epochMillis,
  known: described(flag, 'False while it cannot be evaluated: then it is neither firing nor over'),
  flaps: anyInteger,
  inhibitedBy: nullable(anyText),
  acknowledgedBy: nullable(anyText),
  told: shape({
    sentence: anyText,
    advice: anyText,
    value: nullable(anyNumber),
    threshold: nullable(anyNumber),
    traffic: nullable(anyNumber),
    histogram: nullable(shape({ bins: list(anyText), reference: COUNTS, current: COUNTS })),
    details: tableOf(anyText, anyText),
  }),
  generation: anyInteger,
});

export const ALERT_EVENT_VIEW = shape({
  id: anyInteger,
  fingerprint: anyText,
  at: epochMillis,
  what: anyText,
  body: anything,
});

export const DELIVERY_VIEW = shape({
  id: anyText,
  receiver: anyText,
  groupKey: anyText,
  attempts: anyInteger,
  error: nullable(anyText),
  createdAt: epochMillis,
  body: anything,
  reachedAt: described(
    nullable(epochMillis),
    'When a later notice of its group was taken; null where none was',
  ),
});

export const RECEIVER_TEST = shape({ ok: flag, detail: anyText });
export const ALERT_HISTORY = shape({ alert: ALERT_VIEW, events: list(ALERT_EVENT_VIEW) });

const CELLS = described(tableOf(anyText, anything), 'By name, as the signature has it');

/** A logged row, as `requests/{id}` answers it. */
export const LOGGED_REQUEST = shape({
  requestId: anyText,
  rows: list(
    shape(
      {
        time: described(anyText, 'When it was answered'),
        row: described(anyInteger, 'From 0, in its request'),
        endpoint: nullable(anyText),
        model: anyText,
        version: anyInteger,
        arm: nullable(anyInteger),
        role: nullable(anyText),
        unit: nullable(anyText),
        segment: nullable(anyText),
        latencyMillis: nullable(anyNumber),
        weight: described(computedNumber, 'Rows of traffic that it stands for'),
        inputs: CELLS,
        outputs: CELLS,
      },
      {
        redacted: described(tableOf(anyText, choice(['hash', 'bucket'])), 'What is there instead of a value'),
        explanation: described(
          anything,
          'What was explained with the answer: what was asked, digests and reasons',
        ),
      },
    ),
  ),
  labels: described(
    list(shape({ metric: anyText, value: anyText, at: epochMillis, receivedAt: epochMillis })),
    'That came for it by its id, in their order',
  ),
});
