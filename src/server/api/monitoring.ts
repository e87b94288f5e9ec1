/** What is watched, how it stands, and alerts. */
import { Type } from 'typebox';
import { DRIFT_HISTORY, REPLAY_STATE } from '../../monitor/kept/view-schemas.ts';
import { MONITOR } from '../../monitor/policy/policy.ts';
import {
  ALERT_HISTORY,
  ALERT_VIEW,
  DELIVERY_VIEW,
  DRIFT_VIEW,
  MONITOR_VIEW,
  QUALITY_VIEW,
  RECEIVER_TEST,
} from '../../monitor/view-schemas.ts';
import {
  closed,
  GENERATION,
  NAME,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  VERSION_NUMBER,
} from './operation.ts';
import { followReplay, replayDone } from './replays.ts';

const POLICY = Type.Unsafe<unknown>(MONITOR);

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
    summary: 'How every feature and answer stands against the reference, the worst first',
    params: { endpoint: NAME },
    query: {
      hours: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, maximum: 8760, description: 'Only rows of the last hours' }),
      ),
      version: Type.Optional(VERSION_NUMBER),
      search: Type.Optional(
        Type.String({ maxLength: 200, description: 'Only features whose names hold it' }),
      ),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 10_000, description: 'All, where it is left out' }),
      ),
      cursor: Type.Optional(Type.String({ pattern: '^\\d{1,6}$', description: '`next` of the part before' })),
    },
    answer: DRIFT_VIEW,
    handle: async ({ monitoring, params, query }) => (await monitoring()).drift(params.endpoint, query),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/drift/history',
    summary:
      'How one feature or answer stood against the reference, by hours or, over more than 8 days, by days',
    params: { endpoint: NAME },
    query: {
      feature: Type.String({ minLength: 1, maxLength: 1000 }),
      side: Type.Union([Type.Literal('input'), Type.Literal('output')]),
      days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366, default: 7 })),
    },
    answer: DRIFT_HISTORY,
    handle: async ({ monitoring, params, query }) =>
      (await monitoring()).driftHistory(params.endpoint, query),
  }),
  operation({
    method: 'POST',
    path: '/endpoints/{endpoint}/monitor/replays',
    summary:
      'What another policy would have said of the rows of the last days, beside the one in force; with `accept: text/event-stream` how far it has come',
    params: { endpoint: NAME },
    body: closed({
      policy: POLICY,
      days: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 366, default: 30 })),
    }),
    answer: REPLAY_STATE,
    handle: async ({ monitoring, params, body }) =>
      replayDone(await (await monitoring()).replay(params.endpoint, body)),
    follow: ({ monitoring, params, body }, send) =>
      followReplay(async (following) => (await monitoring()).replay(params.endpoint, body, following), send),
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
    answer: RECEIVER_TEST,
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
    answer: pageSchemaOf(ALERT_VIEW),
    handle: async ({ monitoring, query }) => (await monitoring()).alerts(query),
  }),
  operation({
    method: 'GET',
    path: '/alerts/dead-letters',
    summary: 'Notices that could not be delivered',
    answer: Type.Array(DELIVERY_VIEW),
    handle: async ({ monitoring }) => (await monitoring()).deadLetters(),
  }),
  operation({
    method: 'GET',
    path: '/alerts/{alert}',
    summary: 'One alert, and what happened to it',
    params: { alert: NAME },
    answer: ALERT_HISTORY,
    handle: async ({ monitoring, params }) => (await monitoring()).alert(params.alert),
  }),
  operation({
    method: 'POST',
    path: '/alerts/{alert}:acknowledge',
    summary: 'Says that somebody looks after it: it is not repeated',
    params: { alert: NAME },
    body: Type.Optional(closed({ reason: REASON })),
    answer: ALERT_VIEW,
    async handle({ monitoring, params: { alert }, actor, note }) {
      const acknowledged = await (await monitoring()).acknowledge(alert, actor);
      await note('alert.acknowledged', `alert/${alert}`, {});
      return acknowledged;
    },
  }),
];
