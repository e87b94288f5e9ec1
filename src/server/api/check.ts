/** Checks of requests against the schemas of an operation, as they are published; all mistakes are named at once. */
import type { TObject, TSchema } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { readValue } from '../../schema/read-value.ts';

export type ParameterPlace = 'path' | 'query' | 'header' | 'body';

/** Most mistakes that are named. */
const PROBLEMS_MAX = 8;

/** Throws REQUEST_INVALID. What a schema says beyond JSON Schema is judged by whoever takes the document. */
export function checkerOf(schema: TSchema, place: ParameterPlace): (value: unknown) => unknown {
  let published: TSchema | undefined;
  return (given) => {
    published ??= JSON.parse(JSON.stringify(schema)) as TSchema;
    const value = place === 'body' ? given : typed(schema as TObject, given as Texts);
    const problems: string[] = [];
    readValue(published, value, place, problems);
    if (problems.length === 0) return value;
    const list = problems.slice(0, PROBLEMS_MAX);
    throw new PlimsollError('REQUEST_INVALID', { problems: list.join('; '), list });
  };
}

type Texts = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A number as JSON writes it (RFC 8259, section 6): no `0x10`, no `007`, no blanks, no infinity. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Paths, queries and headers are texts: what the schema calls a number, an integer or a boolean is read as one, to the letter. */
function typed({ properties }: TObject, texts: Texts): Record<string, unknown> {
  const read = ([name, text]: [string, unknown]): [string, unknown] => {
    const { type } = (Object.hasOwn(properties, name) ? properties[name] : {}) as { readonly type?: string };
    if (typeof text !== 'string') return [name, text];
    if ((type === 'number' || type === 'integer') && NUMBER.test(text)) return [name, Number(text)];
    if (type === 'boolean' && (text === 'true' || text === 'false')) return [name, text === 'true'];
    return [name, text];
  };
  return Object.fromEntries(Object.entries(texts).map(read));
}
