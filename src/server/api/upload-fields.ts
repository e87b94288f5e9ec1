/** What an upload says beside its files. */
import { type Static, Type } from 'typebox';
import type { PythonFields } from '../../control/python-fields.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import { checkerOf } from './check.ts';
import { closed, TEXTS } from './operation.ts';
import { ALLOW, PYTHON_VERSION, RUNTIME, TRUST } from './python-schema.ts';

export const UPLOAD_FIELDS = closed({
  labels: Type.Optional(TEXTS),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  breaking: Type.Optional(Type.Boolean()),
  runtime: RUNTIME,
  trust: TRUST,
  python: PYTHON_VERSION,
  allow: ALLOW,
  maxModel: Type.Optional(Type.Integer({ minimum: 1 })),
  member: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  missing: Type.Optional(Type.Number()),
  iterations: Type.Optional(Type.Integer({ minimum: 1 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
const check = checkerOf(UPLOAD_FIELDS, 'body');
/** Fields that are texts as they are; the others are written in JSON. */
const PLAIN = new Set(['note', 'runtime', 'python', 'member', 'reason']);

/** Throws REQUEST_INVALID. */
export function fieldsOf(fields: ReadonlyMap<string, string>): {
  readonly source: Omit<NewVersion, 'path' | 'python'>;
  /** What the fields say about Python; files come beside them. */
  readonly python: PythonFields;
  readonly reason: string | undefined;
} {
  const said = [...fields].map(([name, text]) => [name, PLAIN.has(name) ? text : jsonOf(name, text)]);
  const checked = check(Object.fromEntries(said)) as Static<typeof UPLOAD_FIELDS>;
  const { reason, trust, python, allow, ...source } = checked;
  return { source, python: { trust, python, allow }, reason };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const problem = `body/${name} is ${JSON.stringify(text.slice(0, 60))}, wanted JSON`;
    throw new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });
  }
}
