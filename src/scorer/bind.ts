/** Which columns of an input a model reads. Pure. */
import { elementAt, valueInMap } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Signature, TensorSpec } from '../model/signature.ts';
import type { DType } from '../model/tensor.ts';
import { describeInput } from '../serving/rows/input-errors.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import type { CellType } from './scorer.ts';

/** A column that there is; `type` in DuckDB's words. */
export interface AvailableColumn {
  readonly name: string;
  readonly type: string;
}

/** What a job says about its columns. */
export interface ColumnRoles {
  readonly key: string;
  /** Columns that are carried into the output. */
  readonly columns: readonly string[];
  /** Columns that the model reads, in its order; null: found by name, or all others. */
  readonly features: readonly string[] | null;
}

/** Names that one message lists. */
const SHOWN_MAX = 20;
/** Types that hold no cell of a model. */
const FOREIGN = /^(DATE|TIME|TIMESTAMP|INTERVAL|BLOB|BIT|STRUCT|MAP|UNION)\b/i;
const LIST = /\[\d*\]$/;

/**
 * The columns that a model reads, in its order, without those that none of its steps reads. Named models find theirs by
 * name, and others are ignored; models that know no names take `features`, else every column that is neither key nor
 * carried. A graph's one matrix is a column of lists of its name, or as many number columns as it is wide; its
 * other inputs are columns of their names. Throws INPUT_COLUMNS where columns are missing, too few, too many, or of a
 * type that no cell of the model can be.
 */
export function bindInputs(
  signature: Signature,
  available: readonly AvailableColumn[],
  roles: ColumnRoles,
): readonly string[] {
  const input = new Available(available, roles);
  const names =
    signature.form === 'tensors' ? tensorNames(signature.tensors, input) : columnNames(signature, input);
  input.checkTypes(names, signature.form === 'tensors');
  return names;
}

type ColumnsSignature = Exclude<Signature, { form: 'tensors' }>;

function columnNames({ columns, open }: ColumnsSignature, input: Available): readonly string[] {
  if (open) return input.inOrder(null);
  const used = columns.filter((column) => !column.ignored);
  const names = used.map((column) => column.name);
  if (columns.every((column) => column.named) && input.goesByName(names)) return input.byName(names);
  // Given by place: all columns of the model, or only those that it reads.
  const given = input.inOrder([columns.length, used.length]);
  return given.length === used.length ? given : given.filter((_, j) => columns[j]?.ignored !== true);
}

function tensorNames(specs: readonly TensorSpec[], input: Available): readonly string[] {
  const names = specs.map((spec) => spec.name);
  const [only, ...others] = specs;
  const width = only === undefined || others.length > 0 ? null : matrixWidth(only);
  if (only === undefined || width === null)
    return input.goesByName(names) ? input.byName(names) : input.inOrder([names.length]);
  return input.whole(only.name, width) ?? input.inOrder(width < 0 ? null : [width]);
}

/**
 * Cells of a row where an input can be made of as many scalar columns (`[-1]`, `[-1, k]`; -1 where any number will do);
 * null where a row is a tensor of more dimensions.
 */
export function matrixWidth({ shape }: TensorSpec): number | null {
  if (shape.length > 2) return null;
  return shape[1] ?? 1;
}

/** What the cells of `inputs`, as `bindInputs` named them, are to the model. */
export function cellTypes(signature: Signature, inputs: readonly string[]): ReadonlyMap<string, CellType> {
  if (signature.form !== 'tensors') {
    const used = signature.columns.filter((column) => !column.ignored);
    return new Map(inputs.map((name, j) => [name, used[j]?.type ?? 'number']));
  }
  const { tensors } = signature;
  const [only, ...others] = tensors;
  if (only !== undefined && others.length === 0)
    return new Map(inputs.map((name) => [name, tensorCells(only, inputs.length, name)]));
  const cells = (spec: TensorSpec, name: string) => [name, tensorCells(spec, 1, name)] as const;
  return new Map(tensors.map((spec, k) => cells(spec, elementAt(inputs, k))));
}

function tensorCells(spec: TensorSpec, count: number, column: string): CellType {
  const width = matrixWidth(spec);
  // Of an input as wide as its rows are, a column of its own name is the whole.
  const whole = count === 1 && (width === null || width > 1 || (width < 0 && column === spec.name));
  return whole ? 'list' : (SCALARS[spec.dtype] ?? 'number');
}

const SCALARS: Partial<Record<DType, CellType>> = { string: 'string', bool: 'bool' };

/** The columns that there are, and what the job says about them. */
class Available {
  readonly #types: ReadonlyMap<string, string>;
  readonly #roles: ColumnRoles;

  constructor(columns: readonly AvailableColumn[], roles: ColumnRoles) {
    this.#types = new Map(columns.map(({ name, type }) => [name, type]));
    this.#roles = roles;
  }

  /** Whether columns are to be found by these names: no features are given, or they name them all, in whatever order. */
  goesByName(names: readonly string[]): boolean {
    const { features } = this.#roles;
    if (features === null) return true;
    const given = new Set(features);
    return names.every((name) => given.has(name));
  }

  /** The one column that holds the whole of an input `width` wide, if there is one: of its name, or the only feature. */
  whole(name: string, width: number): readonly string[] | null {
    const { features } = this.#roles;
    const [column, ...others] = features ?? [name];
    const type = column === undefined || others.length > 0 ? undefined : this.#types.get(column);
    return column !== undefined && type !== undefined && (width === 1 || LIST.test(type)) ? [column] : null;
  }

  byName(names: readonly string[]): readonly string[] {
    const missing = names.filter((name) => !this.#types.has(name));
    if (missing.length === 0) return names;
    const wanted = new Set(names);
    const strangers = [...this.#types.keys()].filter((name) => !wanted.has(name));
    const named = missing
      .slice(0, SHOWN_MAX)
      .map((name) => `${describeInput(name)}${nearTo(name, strangers)}`);
    const more = missing.length > SHOWN_MAX ? `, … (${missing.length} in all)` : '';
    throw refused(`missing ${named.join(', ')}${more}; there is ${listed([...this.#types.keys()])}`);
  }

  /** The features, or all that is neither key nor carried; `widths` are the numbers of columns that will do. */
  inOrder(widths: readonly number[] | null): readonly string[] {
    const { key, columns, features } = this.#roles;
    const taken = new Set([key, ...columns]);
    const names = features ?? [...this.#types.keys()].filter((name) => !taken.has(name));
    if (features !== null) this.byName(features);
    if (widths === null ? names.length > 0 : widths.includes(names.length)) return names;
    const wanted = widths === null ? 'at least one column' : `${[...new Set(widths)].join(' or ')} columns`;
    const problem =
      features === null
        ? `it knows no names of columns and wants ${wanted}, got ${names.length} that are neither key nor carried`
        : `it wants ${wanted}, got ${names.length} in --features`;
    throw refused(`${problem}: ${listed(names)}`);
  }

  checkTypes(names: readonly string[], lists: boolean): void {
    const bad = names.filter((name) => {
      const type = valueInMap(this.#types, name);
      return LIST.test(type) ? !lists : FOREIGN.test(type);
    });
    if (bad.length === 0) return;
    const found = bad.slice(0, SHOWN_MAX).map((name) => `${describeInput(name)} is ${this.#types.get(name)}`);
    const wanted = `numbers, texts or booleans${lists ? ', or lists of them,' : ''}`;
    throw refused(
      `${found.join(', ')}; ${wanted} were wanted: cast ${bad.length === 1 ? 'it' : 'them'} in the source`,
    );
  }
}

const nearTo = (name: string, strangers: readonly string[]): string => {
  const near = didYouMean(name, strangers);
  return near === '' ? '' : ` (${near.slice(2).replace('did you mean', 'is it misspelt as')})`;
};

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const more = names.length > SHOWN_MAX ? `, … (${names.length} in all)` : '';
  return names.slice(0, SHOWN_MAX).map(describeInput).join(', ') + more;
}

const refused = (problem: string): PlimsollError => new PlimsollError('INPUT_COLUMNS', { problem });
