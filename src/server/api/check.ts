/** Checks of requests against the schemas of an operation; all mistakes are named at once. */
import type { TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import Value from 'typebox/value';
import { PlimsollError } from '../../core/errors.ts';

export type ParameterPlace = 'path' | 'query' | 'header' | 'body';

/** Most mistakes that are named. */
const PROBLEMS_MAX = 8;

/** Compiled on first use: most operations are never called in one run. */
export function checkerOf(schema: TSchema, place: ParameterPlace): (value: unknown) => unknown {
  let compiled: Validator | undefined;
  return (given) => {
    compiled ??= Compile(schema);
    const value = place === 'body' ? given : typed(schema as TObject, given as Texts);
    if (compiled.Check(value)) return value;
    const list = problemsOf(compiled.Errors(value), value, place);
    const problems = list.slice(0, PROBLEMS_MAX);
    throw new PlimsollError('REQUEST_INVALID', { problems: problems.join('; '), list: problems });
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

type Complaint = ReturnType<Validator['Errors']>[number];

/** One sentence a place: where, what is there, what is wanted; a union complains once for each of its members. */
function problemsOf(
  complaints: readonly Complaint[],
  given: unknown,
  place: ParameterPlace,
): readonly string[] {
  const wanted = new Map<string, Set<string>>();
  for (const complaint of complaints) {
    const { keyword, instancePath: path } = complaint;
    if (keyword === 'anyOf' || keyword === 'boolean') continue;
    const found = shown(path === '' ? given : Value.Pointer.Get(given, path));
    const head = isAboutKeys(keyword) ? `${place}${path}` : `${place}${path} is ${found},`;
    wanted.set(head, (wanted.get(head) ?? new Set()).add(wordsOf(complaint)));
  }
  return [...wanted].map(([head, words]) => `${head} ${[...words].join(' or ')}`);
}

const isAboutKeys = (keyword: string): boolean => ['additionalProperties', 'required'].includes(keyword);

function wordsOf({ keyword, message, params }: Complaint): string {
  const { additionalProperties: unknown = [], allowedValues: allowed = [] } = params as Lists;
  if (keyword === 'additionalProperties')
    return `has the unknown ${unknown.length === 1 ? 'key' : 'keys'} ${unknown.map(shown).join(', ')}`;
  return keyword === 'enum' ? `must be one of ${allowed.join(', ')}` : message;
}

interface Lists {
  readonly additionalProperties?: readonly string[];
  readonly allowedValues?: readonly string[];
}

const SHOWN_MAX = 60;
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
};
