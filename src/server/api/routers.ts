/** Routers outside that follow the routes of endpoints. */
import { Type } from 'typebox';
import { nullable } from '../../schema/value-schema.ts';
import { operation } from './operation.ts';

const WEIGHTS = Type.Record(Type.String(), Type.Number(), { description: 'Percent by version' });

const ROUTER_VIEW = Type.Object({
  endpoint: Type.String(),
  router: Type.String({
    description:
      'kubernetes:NAMESPACE/HTTPROUTE, sagemaker:REGION/ENDPOINT or vertex:PROJECT/LOCATION/ENDPOINT',
  }),
  generation: Type.Integer({ description: 'Of the route that it is to follow' }),
  followed: nullable(Type.Integer({ description: 'Of the route that it was last seen to follow' })),
  since: nullable(
    Type.Number({ description: 'Milliseconds since the epoch; null where it does not follow' }),
  ),
  wanted: WEIGHTS,
  found: nullable(WEIGHTS),
  writers: Type.Array(Type.String(), { description: 'Who else writes its weights' }),
  error: nullable(Type.Object({ code: Type.String(), message: Type.String() })),
});

export const ROUTERS = [
  operation({
    method: 'GET',
    path: '/routers',
    summary: 'How routers outside stand to the routes that they follow',
    answer: Type.Object({ items: Type.Array(ROUTER_VIEW), next: Type.Null() }),
    handle: async ({ routers }) => ({ items: routers(), next: null }),
  }),
];
