/** What was asked and answered, as the prediction log has it. */
import { Type } from 'typebox';
import { operation } from './operation.ts';

/** As long as a request's id may be. */
const REQUEST_ID = Type.String({ minLength: 1, maxLength: 128 });
const CELLS = Type.Record(Type.String(), Type.Unknown(), { description: 'By name, as the signature has it' });

const ROW = Type.Object({
  time: Type.String({ description: 'When it was answered' }),
  row: Type.Integer({ description: 'From 0, in its request' }),
  endpoint: Type.Union([Type.String(), Type.Null()]),
  model: Type.String(),
  version: Type.Integer(),
  arm: Type.Union([Type.Integer(), Type.Null()]),
  role: Type.Union([Type.String(), Type.Null()]),
  unit: Type.Union([Type.String(), Type.Null()]),
  segment: Type.Union([Type.String(), Type.Null()]),
  latencyMillis: Type.Union([Type.Number(), Type.Null()]),
  weight: Type.Number({ description: 'Rows of traffic that it stands for' }),
  inputs: CELLS,
  outputs: CELLS,
  redacted: Type.Optional(
    Type.Record(Type.String(), Type.Enum(['hash', 'bucket']), {
      description: 'What is there instead of a value',
    }),
  ),
});

export const REQUEST_OPERATIONS = [
  operation({
    method: 'GET',
    path: '/requests/{request}',
    summary: 'The rows of a request that are in the prediction log of this server',
    params: { request: REQUEST_ID },
    answer: Type.Object({ requestId: Type.String(), rows: Type.Array(ROW) }),
    handle: async ({ monitoring, params }) => (await monitoring()).request(params.request),
  }),
];
