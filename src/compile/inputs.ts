import { elementAt } from '../core/element-at.ts';
import type { LabelEncoderStep } from '../model/encoding.ts';
import type { LabelBinarizerStep } from '../model/label-binarizer.ts';
import type { Signature } from '../model/signature.ts';
import type { ModelStep } from '../model/step.ts';
import { type LabelSet, labelDType } from '../model/tensor.ts';
import { type TextVectorizerStep, vectorizerWidth } from '../model/text.ts';
import type { GraphBuilderApi, ValueInfo } from '../onnx/graph.ts';
import type { ColumnInput, PrefixInput } from './plan.ts';
import { REFUSED } from './refusal.ts';
import { matrix, once, type StepStream, type StreamColumn } from './stream.ts';

/** Name of the input that takes a whole numeric matrix. */
const MATRIX = 'input';
/** Name of a number of columns that the file does not say. */
export const OPEN_DIMENSION = 'columns';

export type TableSignature = Extract<Signature, { form: 'table' | 'text' | 'labels' }>;

const encodesLabels = (root: ModelStep): root is LabelEncoderStep | LabelBinarizerStep =>
  root.kind === 'label-encoder' || root.kind === 'label-binarizer';

/** Graph inputs of one plan, declared when a step first reads them. */
export class GraphInputs {
  readonly prefix: PrefixInput[] = [];
  readonly columns: ColumnInput[] = [];
  readonly stream: StepStream;
  readonly #g: GraphBuilderApi;
  readonly #names: readonly string[];
  readonly #taken: Set<string>;

  constructor(g: GraphBuilderApi, signature: TableSignature, root: ModelStep) {
    this.#g = g;
    this.#taken = new Set([REFUSED, ...signature.outputs.map(({ name }) => name)]);
    this.#names = signature.columns.map(({ name }, index) =>
      // onnxruntime cuts names at a NUL.
      this.#free(name === '' || name.includes('\0') ? `column_${index}` : name),
    );
    this.stream = encodesLabels(root) ? this.#labels(root.classes) : this.#open(signature);
  }

  /** The hashes of column `column`, `[N, 1]`, as an input of their own. */
  hashes(column: number): string {
    const known = this.prefix.find((prefix) => prefix.column === column && prefix.step === 'category-hash');
    if (known !== undefined) return known.input;
    const input = this.#free(`${this.#names[column]}_hash`);
    this.prefix.push({ input, column, step: 'category-hash' });
    return this.#g.input(input, 'float64', ['N', 1]);
  }

  /** The counts of `step` over column `column`, as an input of its own. */
  counts(step: TextVectorizerStep, column: number): string {
    const input = this.#free(`${this.#names[column]}_counts`);
    this.prefix.push({ input, column, step });
    return this.#g.input(input, 'float64', ['N', vectorizerWidth(step)]);
  }

  /**
   * Declares the columns that no step read (they are part of the contract all the same), except those whose
   * counts or hashes stand in for them.
   */
  declareRest(): void {
    if (this.stream.kind === 'matrix') return;
    this.stream.columns.forEach(({ value }, index) => {
      if (!this.prefix.some(({ column }) => column === index)) value();
    });
    this.columns.sort((a, b) => a.column - b.column);
  }

  /** Declared inputs in the order of the signature's columns. */
  ordered(inputs: readonly ValueInfo[]): readonly ValueInfo[] {
    const rank = new Map([...this.columns, ...this.prefix].map(({ input, column }) => [input, column]));
    return [...inputs].sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
  }

  #open(signature: TableSignature): StepStream {
    if (signature.columns.every(({ type }) => type !== 'string')) {
      const width = signature.open ? null : signature.columns.length;
      return matrix(this.#g.input(MATRIX, 'float64', ['N', width ?? OPEN_DIMENSION]), width);
    }
    const columns = signature.columns.map(({ type }, index): StreamColumn => {
      const kind = type === 'string' ? 'string' : 'number';
      return { type: kind, value: once(() => this.#declare(index, kind)), source: index };
    });
    return { kind: 'columns', columns };
  }

  /** Whether an input takes strings, among which the marker of a missing one may be. */
  get takesStrings(): boolean {
    return this.stream.kind === 'columns' && this.stream.columns.some(({ type }) => type === 'string');
  }

  #declare(column: number, kind: StreamColumn['type']): string {
    const input = elementAt(this.#names, column);
    this.columns.push({ input, column });
    return this.#g.input(input, kind === 'string' ? 'string' : 'float64', ['N', 1]);
  }

  /** One label a row, in the labels' own type. */
  #labels(classes: LabelSet): StepStream {
    const dtype = labelDType(classes);
    const input = dtype === 'string' ? elementAt(this.#names, 0) : MATRIX;
    this.columns.push({ input, column: 0 });
    const value = this.#g.input(input, dtype, ['N', 1]);
    const column: StreamColumn = {
      type: dtype === 'string' ? 'string' : 'number',
      value: () => value,
      source: 0,
    };
    return { kind: 'columns', columns: [column] };
  }

  /** `name`, or `name_2`, … where an output or another column has it already. */
  #free(name: string): string {
    let free = name;
    for (let suffix = 2; this.#taken.has(free); suffix += 1) free = `${name}_${suffix}`;
    this.#taken.add(free);
    return free;
  }
}
