import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readModelFile } from '../../files/read-model.ts';
import type { Signature } from '../../model/signature.ts';

/** Models made by real releases of scikit-learn, each beside its inputs, answers and refusals. */
const FIXTURES = new URL('../../../fixtures/models/', import.meta.url).pathname;

/** Files that are refused on purpose: their `init=` estimator was fitted in float32 and answers in float32. */
const BLOCKED = /^(gb-regressor-init-linear|gb-classifier-init-(logistic|logistic-three|exponential))\./;

interface Recorded {
  readonly input: Table;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly refused?: readonly { readonly input: Table; readonly why: string }[];
}
type Table =
  | { readonly instances: readonly unknown[] }
  | {
      readonly dataframe_split: { readonly columns: readonly string[]; readonly data: readonly unknown[][] };
    };

const releases = readdirSync(FIXTURES).filter((name) => name.startsWith('sklearn-'));
const filesOf = (release: string): string[] =>
  readdirSync(`${FIXTURES}${release}`).filter((name) => !name.endsWith('.json'));
const recorded = (path: string): Recorded =>
  JSON.parse(readFileSync(path.replace(/\.[^.]+$/, '.json'), 'utf8')) as Recorded;

/** Cells of every row by column of the signature. */
function cells(signature: Signature & { form: 'table' | 'text' | 'labels' }, table: Table): unknown[][] {
  const rows = 'instances' in table ? table.instances : table.dataframe_split.data;
  const names = 'instances' in table ? null : table.dataframe_split.columns;
  const at = (row: unknown, name: string, i: number): unknown =>
    Array.isArray(row) ? row[names?.includes(name) === true ? names.indexOf(name) : i] : row;
  return rows.map((row) => signature.columns.map(({ name }, i) => at(row, name, i)));
}

const missing = (cell: unknown): boolean => cell === null || cell === 'NaN';
const infinite = (cell: unknown): boolean => cell === 'Infinity' || cell === '-Infinity';

/** What the signature says against a cell, or null. */
function objection(column: (Signature & { form: 'table' })['columns'][number], cell: unknown): string | null {
  if (column.ignored === true || infinite(cell)) return null;
  if (missing(cell)) return column.nullable ? null : `${column.name} is missing`;
  if ((column.type === 'string') !== (typeof cell === 'string')) return `${column.name} is a ${typeof cell}`;
  const value = typeof cell === 'boolean' && column.type === 'number' ? Number(cell) : cell;
  return column.unknown === 'error' && !column.categories!.includes(value as string)
    ? `${column.name} is unknown`
    : null;
}

const objections = (signature: Signature & { form: 'table' | 'text' | 'labels' }, table: Table): string[] =>
  signature.open === true
    ? []
    : cells(signature, table).flatMap((row) =>
        row.flatMap((cell, i) => objection(signature.columns[i]!, cell) ?? []),
      );

const shapeOf = (value: unknown): number[] =>
  Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];

/** Blockers and signature of every file of a release; the arrays are not kept. */
const readRelease = (release: string) =>
  filesOf(release).map((name) => {
    const path = `${FIXTURES}${release}/${name}`;
    const { blockers, content } = readModelFile(path);
    return { name, blockers, signature: content?.signature ?? null, ...recorded(path) };
  });

describe.each(releases)('%s', (release) => {
  let models: ReturnType<typeof readRelease> = [];
  beforeAll(() => {
    models = readRelease(release);
  }, 120_000);

  test('every model is described, but those with a known blocker', () => {
    expect(models).not.toEqual([]);
    for (const { name, blockers, signature } of models) {
      if (signature === null) expect(`${name}: ${blockers[0]?.found}`).toMatch(BLOCKED);
    }
  });

  test('the signature has the methods of the object and the shapes of its answers', () => {
    for (const { name, signature, expected } of models) {
      if (signature === null) continue;
      expect(
        signature.outputs.map((output) => output.name),
        name,
      ).toEqual(Object.keys(expected));
      for (const { name: output, shape, parts } of signature.outputs) {
        if (typeof expected[output] === 'string') continue;
        const found = shapeOf(expected[output]);
        const [count, ...rest] = parts === undefined ? [null, ...found] : found;
        expect(count ?? undefined, name).toBe(parts);
        expect(
          rest.map((n, i) => (shape[i] === -1 ? -1 : n)),
          `${name} ${output}`,
        ).toEqual([...shape]);
      }
    }
  });

  test('the signature takes the rows scikit-learn took and refuses those it refused', () => {
    for (const { name, signature, input, refused } of models) {
      if (signature === null || signature.form === 'tensors') continue;
      expect(objections(signature, input), name).toEqual([]);
      for (const { input: bad, why } of refused ?? []) {
        if (!/infinity/i.test(why)) expect(objections(signature, bad), `${name}: ${why}`).not.toEqual([]);
      }
    }
  });
});
