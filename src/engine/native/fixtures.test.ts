import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ulpDistance } from '../../core/float.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { Signature } from '../../model/signature.ts';
import type { Step } from '../../model/step.ts';
import type { Tensor } from '../../model/tensor.ts';
import { createNativeEngine } from './engine.ts';

/** Model files of real scikit-learn releases with the library's own answers, found by listing the folder. */

type Cell = number | string | boolean | null;
type Input =
  | { readonly instances: readonly unknown[] }
  | { readonly dataframe_split: { readonly columns: readonly string[]; readonly data: readonly unknown[] } };

interface Document {
  readonly input: Input;
  readonly expected: Readonly<Record<string, unknown>>;
  /** Σ|terms| behind each cell of the decision or the prediction, where sums cancel. */
  readonly terms?: readonly (readonly number[])[];
  readonly refused?: readonly { readonly input: Input; readonly why: string }[];
}

const ROOT = new URL('../../../fixtures/models/', import.meta.url);

const rowsOf = (input: Input): Cell[][] =>
  ('instances' in input ? input.instances : input.dataframe_split.data).map((row) =>
    Array.isArray(row) ? row : [row],
  );

/** Numbers as the fixtures spell them: NaN is null, infinities are strings. */
const numberOf = (cell: unknown): number => (cell === null ? Number.NaN : Number(cell));

function batchOf(signature: Signature, input: Input): Batch {
  const cells = rowsOf(input);
  const rows = cells.length;
  const columns = signature.form === 'tensors' ? [] : signature.columns;
  if (columns.every(({ type }) => type !== 'string')) {
    return { kind: 'matrix', rows, width: cells[0]!.length, data: Float64Array.from(cells.flat(), numberOf) };
  }
  return {
    kind: 'table',
    rows,
    columns: columns.map(({ type }, col) =>
      type === 'string'
        ? cells.map((row) => row[col] as string | null)
        : Float64Array.from(cells, (row) => numberOf(row[col])),
    ),
  };
}

const flatten = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flatten) : [value]);
const tensorsOf = (output: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(output) ? output : [output as Tensor];

/** Bounds: trees 0 bits, links and ufuncs 4 ulp, sums 1e-9 of the answer plus 1e-13 of the terms. */
type Bound = 'bits' | 'ulp' | 'sum';

const EXACT: ReadonlySet<Step['kind']> = new Set([
  'standard-scaler',
  'min-max-scaler',
  'max-abs-scaler',
  'robust-scaler',
  'one-hot',
  'ordinal',
  'label-encoder',
  'simple-imputer',
  'count-vectorizer',
  'dummy',
] as const);

function boundOf(step: Step, output: string): Bound {
  if (step.kind === 'pipeline') {
    const bounds = step.steps.map(({ step: inner }, i) =>
      boundOf(inner, i === step.steps.length - 1 ? output : 'transform'),
    );
    return bounds.includes('sum') ? 'sum' : bounds.includes('ulp') ? 'ulp' : 'bits';
  }
  if (step.kind === 'column-transformer')
    return worstOf(
      step.branches.map((branch) => (branch.step === null ? 'bits' : boundOf(branch.step, output))),
    );
  if (step.kind === 'feature-union')
    return worstOf(step.branches.map((branch) => boundOf(branch.step, output)));
  if (step.kind === 'function') return 'ulp';
  if (step.kind === 'tree-ensemble') {
    if (step.base.kind === 'estimator') return 'sum';
    const linked =
      step.head.kind === 'boosted'
        ? output === 'predict_proba'
        : step.head.kind === 'regression' && step.head.link !== 'identity';
    return linked ? 'ulp' : 'bits';
  }
  return EXACT.has(step.kind) ? 'bits' : 'sum';
}

const worstOf = (bounds: readonly Bound[]): Bound =>
  bounds.includes('sum') ? 'sum' : bounds.includes('ulp') ? 'ulp' : 'bits';

function keeps(found: unknown, wanted: unknown, bound: Bound, terms: number): boolean {
  if (typeof found === 'string') return found === wanted;
  const [a, b] = [Number(found), numberOf(wanted)];
  if (Object.is(a, b)) return true;
  if (bound === 'bits') return false;
  // 1 - σ cancels in the library too: there the bound is one of the absolute difference.
  if (bound === 'ulp') return ulpDistance(a, b) <= 4 || Math.abs(a - b) <= 4 * 2 ** -53;
  return Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 * terms;
}

function differences(root: Step, outputs: Outputs, { expected, terms }: Document): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const output = outputs[name];
    if (output === undefined) return [`${name} is absent`];
    const found = tensorsOf(output).flatMap(({ data }) => Array.from<unknown>(data as ArrayLike<unknown>));
    const cells = flatten(wanted);
    if (found.length !== cells.length) return [`${name}: ${found.length} cells, ${cells.length} wanted`];
    const sums = flatten(terms ?? []).map(Number);
    const bound = boundOf(root, name);
    return found.flatMap((cell, at) =>
      keeps(cell, cells[at], bound, sums.length === found.length ? sums[at]! : Math.max(1, ...sums))
        ? []
        : [`${name}[${at}]: ${String(cell)}, ${String(cells[at])} wanted (${bound})`],
    );
  });
}

/** Shape and type of every output, as the signature announces them. */
function mismatches(signature: Signature, outputs: Outputs, rows: number): string[] {
  return signature.outputs.flatMap(({ name, dtype, shape }) =>
    tensorsOf(outputs[name] ?? []).flatMap((tensor) => {
      const wanted = shape.map((size, i) => (i === 0 ? rows : size === -1 ? tensor.shape[i] : size));
      const same = tensor.dtype === dtype && JSON.stringify(tensor.shape) === JSON.stringify(wanted);
      return same ? [] : [`${name}: ${tensor.dtype} [${tensor.shape}], ${dtype} [${wanted}] announced`];
    }),
  );
}

/** Rows enough for every path that is taken for many. */
const MANY = 1024;

/** The batch over and over, until it has many rows. */
function manyOf(batch: Batch): Batch {
  if (batch.kind === 'tensors') return batch;
  const times = Math.ceil(MANY / batch.rows);
  const rows = times * batch.rows;
  if (batch.kind === 'matrix')
    return {
      ...batch,
      rows,
      data: Float64Array.from(
        { length: rows * batch.width },
        (_, k) => batch.data[k % (batch.rows * batch.width)]!,
      ),
    };
  const columns = batch.columns.map((column) =>
    column instanceof Float64Array
      ? Float64Array.from({ length: rows }, (_, row) => column[row % batch.rows]!)
      : Array.from({ length: rows }, (_, row) => column[row % batch.rows]!),
  );
  return { kind: 'table', rows, columns };
}

/** Cells that are other ones where the rows come over and over. */
function changes(many: Outputs, once: Outputs): string[] {
  return Object.entries(once).flatMap(([name, output]) =>
    tensorsOf(output).flatMap(({ data }, i) => {
      const repeated = tensorsOf(many[name] ?? [])[i]?.data ?? [];
      const other = Array.from<unknown>(repeated as ArrayLike<unknown>).findIndex(
        (cell, k) => !Object.is(cell, data[k % data.length]),
      );
      return other < 0 ? [] : [`${name}[${other}]: ${String(repeated[other])} among many`];
    }),
  );
}

function load(folder: URL, file: string): { content: ModelContent | null; document: Document } {
  const document = JSON.parse(
    readFileSync(new URL(file.replace(/\.\w+$/, '.json'), folder), 'utf8'),
  ) as Document;
  return { content: readModelFile(new URL(file, folder).pathname).content, document };
}

for (const release of readdirSync(ROOT)) {
  const folder = new URL(`${release}/`, ROOT);
  const files = readdirSync(folder).filter((name) => !name.endsWith('.json'));
  describe(`the native engine answers as ${release}`, () => {
    test.each(files)('%s', (file) => {
      const { content, document } = load(folder, file);
      // Files that the reader refuses are the business of its own tests.
      if (content?.kind !== 'steps') return;
      const { root, signature } = content;
      const engine = createNativeEngine(content);
      const batch = batchOf(signature, document.input);
      const outputs = engine.infer(batch);
      expect(differences(root, outputs, document).slice(0, 5)).toEqual([]);
      expect(mismatches(signature, outputs, batch.rows)).toEqual([]);
      expect(Object.keys(outputs)).toEqual(signature.outputs.map(({ name }) => name));
      expect(changes(engine.infer(manyOf(batch)), outputs)).toEqual([]);
      for (const { input, why } of document.refused ?? []) {
        expect(() => engine.infer(batchOf(signature, input)), why).toThrow(/^row 0, column/);
      }
    });
  });
}
