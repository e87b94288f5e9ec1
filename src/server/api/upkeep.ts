/** The audit log, the keys of signed documents, and room on the disk. */
import { Type } from 'typebox';
import { AUDIT_CHAIN, AUDIT_VIEW, GARBAGE_RECEIPT, SIGNING_KEYS } from '../../control/view-schemas.ts';
import { closed, operation, PAGE, pageSchemaOf, REASON } from './operation.ts';

const TEXT = Type.Optional(Type.String({ minLength: 1, maxLength: 500 }));
const EPOCH_MILLIS = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Milliseconds since the epoch',
});

export const UPKEEP = [
  operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who did what and why, oldest first',
    query: {
      ...PAGE,
      subject: TEXT,
      by: TEXT,
      what: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'Of this kind, or of one below it: `rollout` has `rollout.aborted`',
        }),
      ),
      search: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'Part of who, what or subject, in any letters',
        }),
      ),
      since: Type.Optional(EPOCH_MILLIS),
      until: Type.Optional(EPOCH_MILLIS),
      order: Type.Optional(
        Type.Enum(['oldest', 'newest'], { default: 'oldest', description: 'What comes first' }),
      ),
    },
    answer: pageSchemaOf(AUDIT_VIEW),
    handle: ({ control, query }) => control.audit(query),
  }),
  operation({
    method: 'GET',
    path: '/audit/chain',
    summary: 'Whether each entry of the audit log follows from the one before, computed again',
    answer: AUDIT_CHAIN,
    handle: ({ control }) => control.auditChain(),
  }),
  operation({
    method: 'GET',
    path: '/keys',
    summary: 'Public keys that verify signed documents',
    answer: SIGNING_KEYS,
    handle: async ({ control }) => ({ items: await control.keys(), next: null }),
  }),
  operation({
    method: 'GET',
    path: '/gc',
    summary: 'Bundles that no version needs, and their bytes: what removing them would free',
    answer: GARBAGE_RECEIPT,
    handle: ({ control }) => control.garbage(),
  }),
  operation({
    method: 'POST',
    path: '/gc',
    summary: 'Removes bundles that no version needs',
    body: Type.Optional(closed({ reason: REASON })),
    answer: GARBAGE_RECEIPT,
    handle: ({ control, actor }) => control.collectGarbage(actor),
  }),
];
