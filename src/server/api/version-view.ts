/** What is told of a version. */
import { Type } from 'typebox';
import { nullable, TEXTS } from './operation.ts';

export const VERSION_VIEW = Type.Object({
  model: Type.String(),
  version: Type.Integer(),
  state: Type.Enum(['validating', 'ready', 'refused', 'archived']),
  digest: Type.String({ description: 'sha256 of the file, hex' }),
  checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
  file: Type.String(),
  proof: nullable(Type.String()),
  runtime: nullable(Type.String()),
  rowMicros: nullable(Type.Number()),
  labels: TEXTS,
  note: Type.String(),
  aliases: Type.Array(Type.String()),
  createdAt: Type.String(),
  createdBy: Type.String(),
});
