/** The audit log, the keys of signed documents, and room on the disk. */
import { Type } from 'typebox';
import { operation, PAGE, pageRequest, pageSchemaOf, TIME } from './operation.ts';

const AUDIT_ROW = Type.Object({
  seq: Type.Integer(),
  at: TIME,
  by: Type.String(),
  what: Type.String(),
  subject: Type.String(),
  body: Type.Unknown(),
  previous: Type.String(),
  hash: Type.String({ description: 'sha256 over the previous hash and this entry, hex' }),
});

export const UPKEEP = [
  operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who did what and why, oldest first',
    query: { ...PAGE, subject: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
    answer: pageSchemaOf(AUDIT_ROW),
    handle: ({ control, query }) => control.audit({ ...pageRequest(query), subject: query.subject }),
  }),
  operation({
    method: 'GET',
    path: '/keys',
    summary: 'Public keys that verify signed documents',
    answer: Type.Object({
      items: Type.Array(Type.Object({ keyId: Type.String(), publicKey: Type.String() })),
      next: Type.Null(),
    }),
    handle: async ({ control }) => ({ items: await control.keys(), next: null }),
  }),
  operation({
    method: 'POST',
    path: '/gc',
    summary: 'Removes bundles that no version needs',
    answer: Type.Object({ bundles: Type.Integer(), bytes: Type.Number() }),
    handle: ({ control, actor }) => control.collectGarbage(actor),
  }),
];
