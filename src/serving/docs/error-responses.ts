/** How predictions are refused, in the words of OpenAPI. Pure. */
import { headerSchema, type JsonSchema, schemaReference } from './json-schema.ts';

export const ERROR_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  InvalidRows: {
    type: 'object',
    properties: {
      detail: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            loc: { type: 'array', items: { type: ['string', 'integer'] } },
            msg: { type: 'string' },
            input: { description: 'The value that does not fit.' },
          },
          required: ['type', 'loc', 'msg'],
        },
      },
    },
    required: ['detail'],
  },
  Error: {
    type: 'object',
    properties: {
      detail: { type: 'string' },
      error: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
        required: ['code', 'message', 'hint'],
      },
    },
    required: ['detail'],
  },
};

const errorResponse = (description: string, schema = 'Error', headers?: JsonSchema): JsonSchema => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema: schemaReference('schemas', schema) } },
});

export const ERROR_RESPONSES: Readonly<Record<string, JsonSchema>> = {
  BadRequest: errorResponse('The body is damaged.'),
  TooLarge: errorResponse('The body exceeds the limit.'),
  UnknownEncoding: errorResponse('The content encoding is unknown.'),
  InvalidRows: errorResponse('The rows do not fit; every bad cell is named.', 'InvalidRows'),
  Failed: errorResponse('The prediction failed.'),
  Overloaded: errorResponse('Too busy, or stopping.', 'Error', {
    'retry-after': headerSchema('Seconds after which to try again.', { type: 'integer' }),
  }),
  TooSlow: errorResponse('Scoring took too long.'),
};

/** Responses of every prediction but the answer. */
export const ERROR_REFERENCES: JsonSchema = {
  400: schemaReference('responses', 'BadRequest'),
  413: schemaReference('responses', 'TooLarge'),
  415: schemaReference('responses', 'UnknownEncoding'),
  422: schemaReference('responses', 'InvalidRows'),
  500: schemaReference('responses', 'Failed'),
  503: schemaReference('responses', 'Overloaded'),
  504: schemaReference('responses', 'TooSlow'),
};
