/** What a new version may say about Python, in JSON and in forms. */
import { Type } from 'typebox';

export const RUNTIME = Type.Optional(Type.Enum(['native', 'onnx', 'python']));
export const TRUST = Type.Optional(
  Type.Boolean({
    description: 'You trust who wrote the model: Python may run it. Recorded with who said so, and when',
  }),
);
export const PYTHON_VERSION = Type.Optional(
  Type.String({ pattern: '^3(\\.[0-9]{1,2}(\\.[0-9]{1,2})?)?$', description: 'Version of Python: 3.11' }),
);
export const ALLOW = Type.Optional(
  Type.Array(Type.Enum(['network', 'build', 'lambda']), {
    maxItems: 3,
    description:
      'What is allowed beyond trust: connections while it serves, packages that are built, functions of Lambda layers',
  }),
);
