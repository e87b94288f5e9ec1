/** Endpoints, their routes, and the way back. */
import { Type } from 'typebox';
import {
  closed,
  GENERATION,
  NAME,
  nullable,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  TIME,
  VERSION_NUMBER,
} from './operation.ts';
import { DURABLE, ROLLOUT_VIEW } from './rollout-view.ts';

/** HTTP field names and cookie names are tokens (RFC 9110 §5.6.2). */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const HEADER = Type.String({ pattern: `^${TOKEN}{1,100}$`, description: 'Name of a header, lower case' });

const RULE = closed({
  header: HEADER,
  values: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 100 }),
  version: VERSION_NUMBER,
});
const UNIT = closed({
  header: HEADER,
  cookie: nullable(Type.String({ pattern: `^${TOKEN}{1,100}$` })),
  field: nullable(Type.String({ minLength: 1, maxLength: 200 })),
});

const RANGE = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  version: Type.Integer(),
  role: Type.Enum(['stable', 'candidate', 'control', 'shadow', 'arm']),
  arm: nullable(Type.Integer()),
});

const ROUTE = Type.Object({
  endpoint: Type.String(),
  model: Type.String(),
  generation: Type.Integer(),
  ranges: Type.Array(RANGE, { description: 'Buckets [from, to) of 10,000' }),
  seed: Type.Integer(),
  shadow: nullable(Type.Object({ version: Type.Integer(), percent: Type.Number() })),
  rules: Type.Array(RULE),
  unit: UNIT,
  recording: nullable(Type.Object({ rollout: Type.String() })),
});

const ENDPOINT_VIEW = Type.Object({
  name: Type.String(),
  model: Type.String(),
  generation: Type.Integer(),
  stable: Type.Integer(),
  previous: nullable(Type.Integer()),
  route: ROUTE,
  rollout: nullable(ROLLOUT_VIEW),
  traffic: nullable(
    Type.Object(
      {
        rate: Type.Number(),
        errorShare: Type.Number(),
        units: nullable(Type.Integer()),
        over: Type.Number(),
      },
      {
        description:
          'Requests a second and the share that failed, over so many milliseconds; about how many distinct units there are to ask, null where new ones keep coming or requests have no ids',
      },
    ),
  ),
  durable: DURABLE,
});

const ROUTE_ROW = Type.Object({
  endpoint: Type.String(),
  generation: Type.Integer(),
  route: ROUTE,
  at: TIME,
  by: Type.String(),
  reason: Type.String(),
});

const ASSIGNMENT = Type.Object({
  hash: Type.Integer(),
  bucket: Type.Integer(),
  arm: Type.String(),
  switchesAt: Type.Union([Type.Integer(), Type.Null()], {
    description:
      'Smallest weight, of 10,000, at which the candidate that runs answers it; null where none grows',
  }),
  version: Type.Integer(),
});

export const ENDPOINTS = [
  operation({
    method: 'GET',
    path: '/endpoints',
    summary: 'Endpoints',
    query: PAGE,
    answer: pageSchemaOf(ENDPOINT_VIEW),
    handle: ({ control, query }) => control.endpoints(pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}',
    summary: 'One endpoint: its route and the rollout that runs',
    params: { endpoint: NAME },
    answer: ENDPOINT_VIEW,
    handle: ({ control, params }) => control.endpoint(params.endpoint),
  }),
  operation({
    method: 'PATCH',
    path: '/endpoints/{endpoint}',
    summary: 'Replaces the rules or the unit source, if the generation is still this one',
    params: { endpoint: NAME },
    body: closed({
      generation: GENERATION,
      rules: Type.Optional(Type.Array(RULE, { maxItems: 100 })),
      unit: Type.Optional(UNIT),
      reason: REASON,
    }),
    answer: ENDPOINT_VIEW,
    handle({ control, params, body, actor }) {
      const { rules, unit, generation } = body;
      const change = { ...(rules === undefined ? {} : { rules }), ...(unit === undefined ? {} : { unit }) };
      return control.changeRoute(params.endpoint, change, generation, actor);
    },
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/routes',
    summary: 'Routes that it has had, newest first',
    params: { endpoint: NAME },
    query: PAGE,
    answer: pageSchemaOf(ROUTE_ROW),
    handle: ({ control, params, query }) => control.routes(params.endpoint, pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/explain',
    summary: 'Where a unit goes, and why',
    params: { endpoint: NAME },
    query: { unit: Type.String({ minLength: 1, maxLength: 1000 }) },
    answer: ASSIGNMENT,
    handle: ({ control, params, query }) => control.explainUnit(params.endpoint, query.unit),
  }),
  operation({
    method: 'POST',
    path: '/endpoints/{endpoint}:rollback',
    summary: 'One flip to a retained version; ends a rollout that runs',
    params: { endpoint: NAME },
    body: Type.Optional(
      closed({
        to: Type.Optional(
          Type.Union([VERSION_NUMBER, Type.Null()], { description: 'By default the previous one' }),
        ),
        generation: Type.Optional(nullable(GENERATION)),
        reason: REASON,
      }),
    ),
    answer: ENDPOINT_VIEW,
    needsNoStore: true,
    handle: ({ control, params, body, actor }) =>
      control.rollback(params.endpoint, body?.to ?? null, body?.generation ?? null, actor),
  }),
];
