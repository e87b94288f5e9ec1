/** What is watched, how it stands, and alerts. */
import { Type } from 'typebox';
import { DRIFT_KINDS } from '../../monitor/drift/drift-finding.ts';
import { MONITOR } from '../../monitor/policy/policy.ts';
import { nullable } from '../../schema/value-schema.ts';
import {
  closed,
  GENERATION,
  NAME,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  TIME,
  VERSION_NUMBER,
} from './operation.ts';

const SIDE = Type.Enum(['input', 'output']);
const COUNTS = Type.Array(Type.Number(), { description: 'Rows, one number a bin' });
const SHARES = Type.Object({ reference: Type.Number(), current: Type.Number() });
const POLICY = Type.Unsafe<unknown>(MONITOR);

const MONITOR_VIEW = Type.Object({
  endpoint: Type.String(),
  model: Type.String(),
  version: nullable(Type.Integer()),
  policy: Type.Unsafe<unknown>({
    description: 'What is in force, with every default; durations in milliseconds',
  }),
  written: Type.Unknown({ description: 'The document as it was set' }),
  generation: Type.Integer({ description: '0 where nothing was set' }),
  reference: nullable(Type.Object({ source: Type.String(), rows: Type.Integer(), createdAt: TIME })),
  traffic: Type.Object(
    { hour: Type.Integer(), day: Type.Integer(), dropped: Type.Integer() },
    { description: 'Rows of the last hour and day, and how many of them could not be captured' },
  ),
  alerts: Type.Object({ firing: Type.Integer(), pending: Type.Integer() }),
  evaluatedAt: nullable(TIME),
  sentence: Type.String(),
});

const EFFECT = Type.Object({
  unit: Type.Enum(['psi', 'share']),
  value: Type.Number(),
  low: Type.Number(),
  high: Type.Number(),
});
const EVIDENCE = Type.Object(
  { log: Type.Number(), threshold: Type.Number() },
  { description: 'Natural logarithm of the e-value, and of what it must reach' },
);

const DRIFT_VIEW = Type.Object({
  endpoint: Type.String(),
  version: Type.Integer(),
  from: TIME,
  to: TIME,
  rows: Type.Integer(),
  features: Type.Array(
    Type.Object({
      feature: Type.String(),
      side: SIDE,
      effect: EFFECT,
      evidence: EVIDENCE,
      state: Type.Enum(['quiet', 'drifting']),
      missing: SHARES,
      unseen: SHARES,
      rows: Type.Integer({ description: 'Of the window that tells most' }),
      bins: Type.Array(Type.String()),
      reference: COUNTS,
      current: COUNTS,
    }),
  ),
  findings: Type.Array(
    Type.Object({
      feature: nullable(Type.String()),
      side: SIDE,
      kind: Type.Enum([...DRIFT_KINDS]),
      effect: EFFECT,
      evidence: EVIDENCE,
      rows: Type.Integer(),
      reference: COUNTS,
      current: COUNTS,
    }),
  ),
  cause: nullable(Type.Enum(['data', 'model'])),
});

const KNOWN = { value: Type.Number(), lower: Type.Number(), upper: Type.Number() };
const REALISED = nullable(
  Type.Object(
    { ...KNOWN, error: Type.Number(), rows: Type.Integer() },
    {
      description: 'Of the labels that are there, each weighed by the inverse of the chance that it has come',
    },
  ),
);
const LABELLED = {
  labelled: Type.Integer({ description: 'Rows with a label' }),
  coverage: Type.Number({ description: 'Share of traffic with a label' }),
  realised: REALISED,
};

const COHORT = Type.Object({
  version: Type.Integer(),
  from: TIME,
  to: TIME,
  revision: Type.Integer({ description: 'Grows with every label that changes what was known' }),
  computedAt: TIME,
  schema: Type.Literal(1),
  task: Type.Enum(['binary', 'multiclass', 'regression', 'ranking', 'value']),
  metric: Type.String(),
  ...LABELLED,
  estimate: nullable(
    Type.Object(
      { ...KNOWN, level: Type.Number(), periods: Type.Integer() },
      { description: 'Without labels, and how far off others were' },
    ),
  ),
  corrected: nullable(
    Type.Object(
      { ...KNOWN, power: Type.Number() },
      { description: 'The estimate put right by the labels that there are' },
    ),
  ),
  residual: nullable(Type.Object({ value: Type.Number(), size: Type.Number() })),
  rows: Type.Integer({ description: 'In the log' }),
  traffic: Type.Number({ description: 'Rows that were answered' }),
  arrived: Type.Number({ description: 'Share of the labels to come that should have come' }),
  mature: nullable(Type.Boolean()),
  revised: Type.Integer({ description: 'Labels that took the place of another' }),
  segments: Type.Array(Type.Object({ ...KNOWN, segment: Type.String(), labelled: Type.Integer() })),
  ask: Type.Array(Type.String(), { description: 'Requests whose labels would tell most' }),
  revisions: Type.Array(Type.Object({ revision: Type.Integer(), computedAt: TIME, ...LABELLED }), {
    description: 'What was known when, oldest first; none where there is one revision',
  }),
});

const ACCURACY = Type.Object({
  metric: nullable(Type.String()),
  reference: nullable(
    Type.Object({
      value: Type.Number(),
      rows: Type.Integer(),
      source: Type.Enum(['file', 'traffic']),
      isPresumed: Type.Boolean({
        description: 'The column of the truth was guessed: estimates are made of it, decay is not told by it',
      }),
    }),
  ),
  isEstimateTrusted: nullable(Type.Boolean()),
  maturity: nullable(Type.Number({ description: 'Age at which labels are there, in milliseconds' })),
  attribution: nullable(Type.String({ description: 'Where accuracy was lost' })),
  rules: Type.Array(
    Type.Object({
      name: Type.String(),
      standing: nullable(Type.Enum(['beyond', 'between', 'below'])),
      sentence: Type.String(),
    }),
  ),
});

const QUALITY_VIEW = Type.Object({
  endpoint: Type.String(),
  version: Type.Integer(),
  cohorts: Type.Array(COHORT, { description: 'Accuracy, newest first' }),
  accuracy: nullable(ACCURACY),
  violations: Type.Array(
    Type.Object({
      kind: Type.String(),
      feature: nullable(Type.String()),
      rows: Type.Integer(),
      share: Type.Number(),
      sentence: Type.String(),
    }),
  ),
});

const ALERT = Type.Object({
  fingerprint: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  severity: Type.Enum(['page', 'ticket', 'info']),
  state: Type.Enum(['inactive', 'pending', 'firing', 'resolved']),
  since: TIME,
  startsAt: TIME,
  endsAt: nullable(TIME),
  evaluatedAt: TIME,
  known: Type.Boolean({
    description: 'False while it cannot be evaluated: then it is neither firing nor over',
  }),
  flaps: Type.Integer(),
  inhibitedBy: nullable(Type.String()),
  acknowledgedBy: nullable(Type.String()),
  told: Type.Object({
    sentence: Type.String(),
    advice: Type.String(),
    value: nullable(Type.Number()),
    threshold: nullable(Type.Number()),
    traffic: nullable(Type.Number()),
    histogram: nullable(Type.Object({ bins: Type.Array(Type.String()), reference: COUNTS, current: COUNTS })),
    details: Type.Record(Type.String(), Type.String()),
  }),
  generation: Type.Integer(),
});

const ALERT_EVENT = Type.Object({
  id: Type.Integer(),
  fingerprint: Type.String(),
  at: TIME,
  what: Type.String(),
  body: Type.Unknown(),
});

const DELIVERY = Type.Object({
  id: Type.String(),
  receiver: Type.String(),
  groupKey: Type.String(),
  attempts: Type.Integer(),
  error: nullable(Type.String()),
  createdAt: TIME,
  body: Type.Unknown(),
});

export const MONITORING = [
  operation({
    method: 'GET',
    path: '/monitors',
    summary: 'How each endpoint is watched, and how it stands',
    query: PAGE,
    answer: pageSchemaOf(MONITOR_VIEW),
    handle: async ({ monitoring, query }) => (await monitoring()).monitors(pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/monitor',
    summary: 'How an endpoint is watched, and how it stands',
    params: { endpoint: NAME },
    answer: MONITOR_VIEW,
    handle: async ({ monitoring, params }) => (await monitoring()).monitor(params.endpoint),
  }),
  operation({
    method: 'PUT',
    path: '/endpoints/{endpoint}/monitor',
    summary: 'Replaces what is watched; with a generation, only where it is still that one',
    params: { endpoint: NAME },
    body: closed({ policy: POLICY, generation: Type.Optional(GENERATION), reason: REASON }),
    answer: MONITOR_VIEW,
    handle: async ({ monitoring, params, body, actor }) =>
      (await monitoring()).setMonitor(params.endpoint, body.policy, body.generation ?? null, actor),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/drift',
    summary: 'How every feature and answer stands against the reference',
    params: { endpoint: NAME },
    query: {
      hours: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, maximum: 8760, description: 'Only rows of the last hours' }),
      ),
      version: Type.Optional(VERSION_NUMBER),
    },
    answer: DRIFT_VIEW,
    handle: async ({ monitoring, params, query }) => (await monitoring()).drift(params.endpoint, query),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/quality',
    summary: 'Accuracy by cohort, realised and estimated, and damage of inputs within the last day',
    params: { endpoint: NAME },
    query: { days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3650, default: 30 })) },
    answer: QUALITY_VIEW,
    handle: async ({ monitoring, params, query }) => (await monitoring()).quality(params.endpoint, query),
  }),
  operation({
    method: 'POST',
    path: '/endpoints/{endpoint}/receivers/{receiver}:test',
    summary: 'Sends a test notice through a receiver, and answers how it went',
    params: { endpoint: NAME, receiver: NAME },
    body: Type.Optional(closed({ reason: REASON })),
    answer: Type.Object({ ok: Type.Boolean(), detail: Type.String() }),
    async handle({ monitoring, params: { endpoint, receiver }, actor, note }) {
      const sent = await (await monitoring()).testReceiver(endpoint, receiver, actor);
      await note('receiver.tested', `endpoint/${endpoint}`, { receiver, ...sent });
      return sent;
    },
  }),
  operation({
    method: 'GET',
    path: '/alerts',
    summary: 'Alerts that are pending or firing, or all that there ever were',
    query: {
      ...PAGE,
      endpoint: Type.Optional(NAME),
      all: Type.Optional(Type.Boolean({ default: false })),
    },
    answer: pageSchemaOf(ALERT),
    handle: async ({ monitoring, query }) => (await monitoring()).alerts(query),
  }),
  operation({
    method: 'GET',
    path: '/alerts/dead-letters',
    summary: 'Notices that could not be delivered',
    answer: Type.Array(DELIVERY),
    handle: async ({ monitoring }) => (await monitoring()).deadLetters(),
  }),
  operation({
    method: 'GET',
    path: '/alerts/{alert}',
    summary: 'One alert, and what happened to it',
    params: { alert: NAME },
    answer: Type.Object({ alert: ALERT, events: Type.Array(ALERT_EVENT) }),
    handle: async ({ monitoring, params }) => (await monitoring()).alert(params.alert),
  }),
  operation({
    method: 'POST',
    path: '/alerts/{alert}:acknowledge',
    summary: 'Says that somebody looks after it: it is not repeated',
    params: { alert: NAME },
    body: Type.Optional(closed({ reason: REASON })),
    answer: ALERT,
    async handle({ monitoring, params: { alert }, actor, note }) {
      const acknowledged = await (await monitoring()).acknowledge(alert, actor);
      await note('alert.acknowledged', `alert/${alert}`, {});
      return acknowledged;
    },
  }),
];
