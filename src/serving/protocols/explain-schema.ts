/** Explanations in the OpenAPI description. Pure. */
import { EXPLANATION_METHODS } from '../../explain/explanation.ts';
import type { JsonSchema } from '../docs/json-schema.ts';
import { MOST_TOP } from '../explanations/explanation-ask.ts';

/** What is asked of the explanation of the answer. */
export const EXPLAIN_SCHEMA: JsonSchema = {
  description: 'What each column adds to the answer, in the same answer (docs/explanations.md).',
  anyOf: [
    { type: 'boolean' },
    {
      type: 'object',
      properties: {
        top: { type: 'integer', minimum: 1, maximum: MOST_TOP, description: 'Columns of each row to name.' },
        reasons: {
          type: 'boolean',
          description:
            'Whether the first columns of each row are told in words; by default where the version declares them.',
        },
        output: { type: 'string', description: 'Output to explain.' },
        method: { enum: [...EXPLANATION_METHODS] },
      },
      additionalProperties: false,
    },
  ],
};

const ATTRIBUTION: JsonSchema = {
  description: 'A number, or one for each class.',
  anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }],
};
const DIGEST: JsonSchema = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };

/** The explanation of an answer. */
export const EXPLANATION_SCHEMA: JsonSchema = {
  description: 'Null where there is none: explanationReason says why.',
  anyOf: [
    { type: 'null' },
    {
      type: 'object',
      properties: {
        method: { enum: [...EXPLANATION_METHODS] },
        output: { type: 'string' },
        baseValues: { type: 'array', items: { type: 'number' } },
        additivityError: { type: 'number' },
        classes: { type: 'array' },
        features: { type: 'array', items: { type: 'string' } },
        values: { type: 'array', items: { type: 'array', items: ATTRIBUTION } },
        top: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              columns: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: { feature: { type: 'string' }, value: ATTRIBUTION },
                  required: ['feature', 'value'],
                },
              },
              rest: ATTRIBUTION,
            },
            required: ['columns', 'rest'],
          },
        },
        reasons: {
          type: 'array',
          items: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                feature: { type: 'string' },
                direction: { enum: ['lowers', 'raises'] },
                attribution: { type: 'number' },
                class: { description: 'Class whose score it is about.' },
                code: { type: 'string' },
                text: { type: 'string' },
              },
              required: ['feature', 'direction', 'attribution', 'text'],
            },
          },
        },
        notes: {
          type: 'array',
          items: { type: 'string' },
          description: 'What has to be known of the values beside the method.',
        },
        model: { type: 'object', properties: { digest: DIGEST }, required: ['digest'] },
        background: {
          type: ['object', 'null'],
          properties: { digest: DIGEST, rows: { type: 'integer' } },
          required: ['digest', 'rows'],
        },
      },
      required: ['method', 'output', 'baseValues', 'additivityError', 'model', 'background'],
    },
  ],
};
/** Why there is no explanation. */
export const REASON_SCHEMA: JsonSchema = {
  type: 'object',
  properties: Object.fromEntries(['code', 'message', 'hint'].map((name) => [name, { type: 'string' }])),
  required: ['code', 'message', 'hint'],
};
