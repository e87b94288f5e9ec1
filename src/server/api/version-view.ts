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
  python: Type.Union(
    [
      Type.Object({
        version: Type.String({ description: 'Minor version of Python that it runs with' }),
        form: Type.String({ description: 'How its code is called' }),
        allow: Type.Array(Type.String()),
        trustedBy: Type.String(),
        trustedAt: Type.String(),
        missingLayers: Type.Array(Type.String(), {
          description: 'Layers of the sandbox that did not hold when it was proved, and why',
        }),
      }),
      Type.Null(),
    ],
    { description: 'Where it runs with Python, or a script goes around it' },
  ),
  labels: TEXTS,
  note: Type.String(),
  aliases: Type.Array(Type.String()),
  createdAt: Type.String(),
  createdBy: Type.String(),
});
