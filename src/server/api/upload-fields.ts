/** What an upload says, out of its files and fields. */
import { type Static, Type } from 'typebox';
import type { NewVersion } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { checkerOf } from './check.ts';
import { closed, TEXTS } from './operation.ts';

const FIELDS = closed({
  labels: Type.Optional(TEXTS),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  breaking: Type.Optional(Type.Boolean()),
  runtime: Type.Optional(Type.Enum(['native', 'onnx'])),
  maxModel: Type.Optional(Type.Integer({ minimum: 1 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
const check = checkerOf(FIELDS, 'body');
/** Fields that are texts as they are; the others are written in JSON. */
const PLAIN = new Set(['note', 'runtime', 'reason']);

/** Throws REQUEST_INVALID. */
export function sourceOf(
  files: readonly { readonly name: string; readonly path: string }[],
  fields: ReadonlyMap<string, string>,
): { readonly source: NewVersion; readonly reason: string | undefined } {
  const pathOf = (name: string): string | undefined => files.find((file) => file.name === name)?.path;
  const path = pathOf('file');
  if (path === undefined) throw invalid('body has no part "file", the model file was wanted');
  const said = [...fields].map(([name, text]) => [name, PLAIN.has(name) ? text : jsonOf(name, text)]);
  const golden = pathOf('golden');
  const reference = pathOf('reference');
  const { reason, ...rest } = check(Object.fromEntries(said)) as Static<typeof FIELDS>;
  return { source: { ...rest, path, golden, reference }, reason };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`body/${name} is ${JSON.stringify(text.slice(0, 60))}, wanted JSON`);
  }
}

const invalid = (problem: string): PlimsollError =>
  new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });
