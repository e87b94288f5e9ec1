/** Labels and business values that arrive after the answer. */
import { Type } from 'typebox';
import { FEEDBACK_RECEIPT } from '../../control/view-schemas.ts';
import { closed, NAME, operation } from './operation.ts';

const ITEMS_MAX = 10_000;
const BODY_LIMIT = 8 * 2 ** 20;

const ITEM = closed({
  endpoint: NAME,
  requestId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
  label: Type.Optional(Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()])),
  metric: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  value: Type.Optional(Type.Number()),
  time: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601; by default now' })),
});

export const FEEDBACK = [
  operation({
    method: 'POST',
    path: '/feedback',
    summary: 'Takes labels, or values of a metric, by request or by unit',
    body: Type.Array(ITEM, { maxItems: ITEMS_MAX }),
    bodyLimit: BODY_LIMIT,
    needsNoStore: true,
    answer: FEEDBACK_RECEIPT,
    handle: ({ control, body }) => control.feedback(body),
  }),
];
