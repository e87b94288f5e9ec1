/** Checks of requests against the schemas of an operation; all mistakes are named at once. */
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import Value from 'typebox/value';
import { PlimsollError } from '../../core/errors.ts';

export type Place = 'path' | 'query' | 'body';

/** Most mistakes that are named. */
const PROBLEMS_MAX = 8;

/** Compiled on first use: most operations are never called in one run. */
export function checkerOf(schema: TSchema, place: Place): (value: unknown) => unknown {
  let compiled: Validator | undefined;
  return (given) => {
    compiled ??= Compile(schema);
    // Paths and queries are texts: numbers in them are read as such.
    const value = place === 'body' ? given : Value.Convert(schema, given);
    if (compiled.Check(value)) return value;
    const list = [...new Set(compiled.Errors(value).flatMap((error) => said(error, place)))];
    const problems = list.slice(0, PROBLEMS_MAX);
    throw new PlimsollError('REQUEST_INVALID', { problems: problems.join('; '), list: problems });
  };
}

type Complaint = ReturnType<Validator['Errors']>[number];

function said({ keyword, instancePath, message, params }: Complaint, place: Place): string[] {
  const where = `${place}${instancePath}`;
  if (keyword === 'boolean') return [];
  if (keyword === 'additionalProperties') {
    const { additionalProperties: keys } = params as { additionalProperties: readonly string[] };
    return keys.map((key) => `${where} has the unknown key ${JSON.stringify(key.slice(0, 60))}`);
  }
  return [`${where} ${message}`];
}
