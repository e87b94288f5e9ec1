import type { ColumnSpec, OutputSpec, Signature } from '../../src/model/signature.ts';
import { type Cell, namesOf, rowsOf } from './fixture.ts';
import type { Replay } from './replay.ts';

/**
 * Where the signature that was read from the file does not fit what the library did: the names and shapes of its
 * outputs, the rows that it took and those that it refused.
 */
export function signatureComplaints({ fixture, content: { signature } }: Replay): string[] {
  const { expected, input, refused = [] } = fixture;
  const outputs = signature.outputs.map(({ name }) => name).join();
  const methods = Object.keys(expected).join();
  return [
    ...(outputs === methods ? [] : [`describes the outputs ${outputs}; the object has ${methods}`]),
    ...signature.outputs.flatMap((output) => shapeComplaints(output, expected[output.name])),
    ...objections(signature, input),
    ...refused
      .filter(({ formula, why }) => formula !== true && !/\binf/i.test(why))
      .filter(({ input: bad }) => objections(signature, bad).length === 0)
      .map(({ why }) => `takes a row of which the library says: ${why}`),
  ];
}

function shapeComplaints({ name, shape, parts }: OutputSpec, expected: unknown): string[] {
  const found = shapeOf(expected);
  const [count, ...rest] = parts === undefined ? [undefined, ...found] : found;
  const same =
    count === parts &&
    rest.length === shape.length &&
    rest.every((n, i) => shape[i] === -1 || shape[i] === n);
  return same ? [] : [`describes ${name} as ${parts ?? ''}[${shape}]; the library gave [${found}]`];
}

const shapeOf = (value: unknown): number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];

/** What the signature says against the cells of a body. */
function objections(signature: Signature, body: unknown): string[] {
  if (signature.form === 'tensors' || signature.open === true) return [];
  const names = namesOf(body);
  const places = signature.columns.map(({ name }, i) => (names?.includes(name) ? names.indexOf(name) : i));
  return rowsOf(body).flatMap((row) =>
    signature.columns.flatMap((column, i) => objection(column, row[places[i]!]!) ?? []),
  );
}

function objection(column: ColumnSpec, cell: Cell): string | null {
  if (column.ignored === true || cell === 'Infinity' || cell === '-Infinity') return null;
  if (cell === null || cell === 'NaN') return column.nullable ? null : `${column.name} is missing`;
  const isText = typeof cell === 'string' || (column.integers === true && Number.isInteger(cell));
  if ((column.type === 'string') !== isText) return `${column.name} is a ${typeof cell}`;
  const value = typeof cell === 'boolean' && column.type === 'number' ? Number(cell) : cell;
  return column.unknown === 'error' && !column.categories!.includes(value)
    ? `${column.name} is unknown`
    : null;
}
