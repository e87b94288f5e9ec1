/** How predictions are refused, in the words of OpenAPI. Pure. */
import { header, reference, type Schema } from './schema.ts';

export const ERROR_SCHEMAS: Readonly<Record<string, Schema>> = {
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

const errorResponse = (description: string, schema = 'Error', headers?: Schema): Schema => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema: reference('schemas', schema) } },
});

export const ERROR_RESPONSES: Readonly<Record<string, Schema>> = {
  BadRequest: errorResponse('The body is damaged.'),
  TooLarge: errorResponse('The body exceeds the limit.'),
  UnknownEncoding: errorResponse('The content encoding is unknown.'),
  InvalidRows: errorResponse('The rows do not fit; every bad cell is named.', 'InvalidRows'),
  Failed: errorResponse('The prediction failed.'),
  Overloaded: errorResponse('Too busy, or stopping.', 'Error', {
    'retry-after': header('Seconds after which to try again.', { type: 'integer' }),
  }),
  TooSlow: errorResponse('Scoring took too long.'),
};

/** Responses of every prediction but the answer. */
export const REFUSALS: Schema = {
  400: reference('responses', 'BadRequest'),
  413: reference('responses', 'TooLarge'),
  415: reference('responses', 'UnknownEncoding'),
  422: reference('responses', 'InvalidRows'),
  500: reference('responses', 'Failed'),
  503: reference('responses', 'Overloaded'),
  504: reference('responses', 'TooSlow'),
};
