/** Endpoints, their routes, and the way back. */
import { Type } from 'typebox';
import { TRAFFIC_HISTORY } from '../../control/traffic-schemas.ts';
import { ENDPOINT_VIEW, ROUTE_VIEW, UNIT_EXPLANATION } from '../../control/view-schemas.ts';
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
  VERSION_NUMBER,
} from './operation.ts';

/** HTTP field names and cookie names are tokens (RFC 9110 §5.6.2). */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const HEADER = Type.String({ pattern: `^${TOKEN}{1,100}$`, description: 'Name of a header, lower case' });

const RULE = closed({
  header: HEADER,
  values: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 100 }),
  version: VERSION_NUMBER,
});
const millis = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

const UNIT = closed({
  header: HEADER,
  cookie: nullable(Type.String({ pattern: `^${TOKEN}{1,100}$` })),
  field: nullable(Type.String({ minLength: 1, maxLength: 200 })),
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
    answer: pageSchemaOf(ROUTE_VIEW),
    handle: ({ control, params, query }) => control.routes(params.endpoint, pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/traffic',
    summary: 'Requests, failures and durations of its versions over a range of time, at most 90 days back',
    params: { endpoint: NAME },
    query: {
      from: Type.Optional(millis('Milliseconds since the epoch; `last` before `to`')),
      to: Type.Optional(millis('Milliseconds since the epoch; now')),
      last: Type.Optional(millis('Milliseconds before `to`; an hour')),
      step: Type.Optional(millis('Milliseconds of a point, at least: a minute, ten, an hour, or a multiple')),
    },
    answer: TRAFFIC_HISTORY,
    handle: ({ control, params, query }) => control.trafficHistory(params.endpoint, query),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/explain',
    summary: 'Where a unit goes, and why',
    params: { endpoint: NAME },
    query: { unit: Type.String({ minLength: 1, maxLength: 1000 }) },
    answer: UNIT_EXPLANATION,
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
