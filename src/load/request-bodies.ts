/** Rows as the bodies of requests. Pure. */
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';

/** Bodies that are made of rows, and their bytes in all: they lie in memory, and are sent one after the other. */
const MOST_BODIES = 1000;
const MOST_BYTES = 2 ** 28;
/** Characters of one body. */
export const MOST_BODY = 2 ** 26;

/** Rows, and how a body is made of some of them. */
interface SplitRows {
  readonly rows: readonly unknown[];
  wrap(rows: readonly unknown[]): unknown;
}

/** Keys under which the forms of a body have their rows. */
const LISTS = ['rows', 'instances', 'dataframe_records'];

/** Null of a body whose rows stand in columns, or that is no list of rows. */
function splitRows(body: unknown): SplitRows | null {
  if (Array.isArray(body)) return { rows: body, wrap: (rows) => ({ rows }) };
  if (!isRecord(body)) return null;
  const key = LISTS.find((one) => Array.isArray(body[one]));
  if (key !== undefined)
    return { rows: body[key] as readonly unknown[], wrap: (rows) => ({ ...body, [key]: rows }) };
  const split = body['dataframe_split'];
  if (!isRecord(split) || !Array.isArray(split['data'])) return null;
  const { index: _, ...rest } = split;
  return { rows: split['data'], wrap: (data) => ({ dataframe_split: { ...rest, data } }) };
}

/**
 * Bodies of `count` rows each, from a `/predict` body with any number of rows: they are taken in turn, from the first on again where
 * there are fewer. A body whose rows cannot be told apart is sent as it is. Throws INPUT_INVALID where there are no rows, or too large ones.
 */
export function requestBodies(
  body: unknown,
  count: number,
): { readonly bodies: readonly string[]; readonly rows: number } {
  const split = splitRows(body);
  if (split === null) return { bodies: [bodyText(body)], rows: 1 };
  const { rows, wrap } = split;
  if (rows.length === 0) throw invalid('the input has no rows');
  const bodies: string[] = [];
  let [at, bytes] = [0, 0];
  do {
    const taken = Array.from({ length: count }, (_, i) => rows[(at + i) % rows.length]);
    const text = bodyText(wrap(taken));
    bytes += text.length;
    bodies.push(text);
    at += count;
  } while (at < rows.length && bodies.length < MOST_BODIES && bytes < MOST_BYTES);
  return { bodies, rows: count };
}

function bodyText(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= MOST_BODY) return text;
  throw invalid(
    `a request would have ${text.length} characters, at most ${MOST_BODY} are sent: give fewer --rows`,
  );
}

const invalid = (problem: string): PlimsollError => new PlimsollError('INPUT_INVALID', { problem });
