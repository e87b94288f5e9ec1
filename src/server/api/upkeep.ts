/** The audit log, the keys of signed documents, and room on the disk. */
import { Type } from 'typebox';
import { AUDIT_VIEW, GARBAGE_RECEIPT, SIGNING_KEYS } from '../../control/view-schemas.ts';
import { operation, PAGE, pageRequest, pageSchemaOf } from './operation.ts';

export const UPKEEP = [
  operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who did what and why, oldest first',
    query: { ...PAGE, subject: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
    answer: pageSchemaOf(AUDIT_VIEW),
    handle: ({ control, query }) => control.audit({ ...pageRequest(query), subject: query.subject }),
  }),
  operation({
    method: 'GET',
    path: '/keys',
    summary: 'Public keys that verify signed documents',
    answer: SIGNING_KEYS,
    handle: async ({ control }) => ({ items: await control.keys(), next: null }),
  }),
  operation({
    method: 'POST',
    path: '/gc',
    summary: 'Removes bundles that no version needs',
    answer: GARBAGE_RECEIPT,
    handle: ({ control, actor }) => control.collectGarbage(actor),
  }),
];
