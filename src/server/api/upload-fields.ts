/** What an upload says beside its files. */
import { type Static, Type } from 'typebox';
import type { NewVersion } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { checkerOf } from './check.ts';
import { closed, TEXTS } from './operation.ts';

export const UPLOAD_FIELDS = closed({
  labels: Type.Optional(TEXTS),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  breaking: Type.Optional(Type.Boolean()),
  runtime: Type.Optional(Type.Enum(['native', 'onnx'])),
  maxModel: Type.Optional(Type.Integer({ minimum: 1 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
const check = checkerOf(UPLOAD_FIELDS, 'body');
/** Fields that are texts as they are; the others are written in JSON. */
const PLAIN = new Set(['note', 'runtime', 'reason']);

/** Throws REQUEST_INVALID. */
export function fieldsOf(fields: ReadonlyMap<string, string>): {
  readonly source: Omit<NewVersion, 'path'>;
  readonly reason: string | undefined;
} {
  const said = [...fields].map(([name, text]) => [name, PLAIN.has(name) ? text : jsonOf(name, text)]);
  const { reason, ...source } = check(Object.fromEntries(said)) as Static<typeof UPLOAD_FIELDS>;
  return { source, reason };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const problem = `body/${name} is ${JSON.stringify(text.slice(0, 60))}, wanted JSON`;
    throw new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });
  }
}
