/**
 * Named tensors as captured columns: a column an element where a row is narrow (`flatten.ts` says how they are called), else
 * the mean, standard deviation, least and largest of its elements. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { halfToNumber } from '../../core/float.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList, partTensorsOf } from '../../model/output-parts.ts';
import type { OutputSpec } from '../../model/signature.ts';
import type { Tensor } from '../../model/tensor.ts';
import { layoutOf } from '../../scorer/flatten.ts';
import { type CapturedCells, type CapturedColumnSlot, type RowSample, sampledRow } from './captured-cells.ts';
import { truncateText } from './truncate-text.ts';

/** Elements of the widest row that is captured one by one, and of all tensors together. */
const ELEMENTS_MAX = 256;
const ALL_ELEMENTS_MAX = 1024;
/** Elements that a summary looks at, evenly spread: a picture has more than there is time for. */
const SUMMARY_MAX = 4096;
const SUMMARY = ['mean', 'std', 'min', 'max'] as const;

/** A tensor, or one of a list, and the first of its slots. */
interface Span {
  readonly output: string;
  readonly part: number | null;
  readonly dtype: Tensor['dtype'];
  readonly kind: 'numbers' | 'texts' | 'summary';
  /** Elements a row; of a summary, any number. */
  readonly width: number;
  readonly first: number;
}

type Column = Pick<CapturedColumnSlot, 'name' | 'kind'>;
type Value = Outputs[string];

export class TensorColumns {
  readonly columns: readonly Column[];
  readonly #spans: readonly Span[];

  /** Of tensors like these; the slots of their columns begin with these two. */
  constructor(tensors: Outputs, specs: readonly OutputSpec[], rows: number, numbers: number, texts: number) {
    const { narrow, wide } = sorted(tensors, rows);
    const [columns, spans]: [Column[], Span[]] = [[], []];
    const counts = { number: numbers, text: texts };
    for (const { name, output, part, width, element, dtype } of layoutOf(narrow, specs)) {
      const kind = dtype === 'string' ? 'text' : 'number';
      if (element === 0) spans.push({ output, part, dtype, kind: `${kind}s`, width, first: counts[kind] });
      columns.push({ name, kind });
      counts[kind]++;
    }
    for (const { base, ...span } of wide) {
      spans.push({ ...span, kind: 'summary', first: counts.number });
      for (const what of SUMMARY) columns.push({ name: `${base}_${what}`, kind: 'number' });
      counts.number += SUMMARY.length;
    }
    this.columns = columns;
    this.#spans = spans;
  }

  /** Whether these tensors have the same columns. */
  fits(tensors: Outputs, rows: number): boolean {
    for (const { output, part, dtype, kind, width } of this.#spans) {
      const tensor = tensorOf(tensors[output], part);
      if (tensor?.dtype !== dtype) return false;
      if (kind === 'summary' ? tensor.data.length % rows !== 0 : tensor.data.length !== rows * width)
        return false;
    }
    return true;
  }

  /** Writes the picked rows from row `at` of the cells on; `stride` is how many numbers one of them has. */
  write(
    tensors: Outputs,
    picks: RowSample,
    { numbers, texts }: CapturedCells,
    at: number,
    stride: number,
  ): void {
    for (const span of this.#spans) {
      const tensor = tensorOf(tensors[span.output], span.part);
      if (tensor === undefined) throw new RangeError(`the output ${span.output} is gone`);
      if (span.kind === 'numbers') writeNumbers(tensor, span, picks, numbers, at * stride, stride);
      else if (span.kind === 'texts') writeTexts(tensor.data as readonly string[], span, picks, texts, at);
      else summarize(tensor, span, picks, numbers, at * stride, stride);
    }
  }
}

function tensorOf(value: Value | undefined, part: number | null): Tensor | undefined {
  if (value === undefined) return undefined;
  return isList(value) ? value[part ?? 0] : value;
}

type Wide = Omit<Span, 'kind' | 'first'> & { readonly base: string };

/** What has no such rows is left out, and so are wide rows of texts. */
function sorted(
  tensors: Outputs,
  rows: number,
): { readonly narrow: Outputs; readonly wide: readonly Wide[] } {
  const narrow: [string, Value][] = [];
  const wide: Wide[] = [];
  let left = ALL_ELEMENTS_MAX;
  for (const [name, value] of Object.entries(tensors)) {
    const parts = partTensorsOf(value);
    if (!parts.every(({ shape, data }) => shape[0] === rows && data.length % rows === 0)) continue;
    const widths = parts.map(({ data }) => data.length / rows);
    const all = widths.reduce((sum, width) => sum + width, 0);
    if (widths.every((width) => width <= ELEMENTS_MAX) && all <= left) {
      left -= all;
      narrow.push([name, value]);
    } else {
      parts.forEach(({ dtype }, i) => {
        const [part, base] = isList(value) ? [i, `${name}_${i}`] : [null, name];
        if (dtype !== 'string') wide.push({ output: name, part, dtype, width: elementAt(widths, i), base });
      });
    }
  }
  return { narrow: Object.fromEntries(narrow), wide };
}

function writeNumbers(
  { dtype, data }: Tensor,
  { width, first }: Span,
  picks: RowSample,
  numbers: Float64Array,
  start: number,
  stride: number,
): void {
  for (let j = 0, to = start + first; j < picks.taken; j++, to += stride) {
    const from = sampledRow(picks, j) * width;
    if (dtype === 'float64' || dtype === 'float32')
      for (let e = 0; e < width; e++) numbers[to + e] = data[from + e]!;
    else for (let e = 0; e < width; e++) numbers[to + e] = numberAt(dtype, data, from + e);
  }
}

/** 64-bit integers beyond 2^53 lose digits: what is watched is how they are distributed. */
function numberAt(dtype: Tensor['dtype'], data: Tensor['data'], index: number): number {
  const element = data[index]!;
  return dtype === 'float16' ? halfToNumber(Number(element)) : Number(element);
}

function writeTexts(
  data: readonly string[],
  { width, first }: Span,
  picks: RowSample,
  texts: CapturedCells['texts'],
  at: number,
): void {
  for (let j = 0; j < picks.taken; j++) {
    const from = sampledRow(picks, j) * width;
    for (let e = 0; e < width; e++) texts[first + e]![at + j] = truncateText(data[from + e]!);
  }
}

/** Elements that are no numbers make all four none. */
function summarize(
  { dtype, data }: Tensor,
  { first }: Span,
  picks: RowSample,
  numbers: Float64Array,
  start: number,
  stride: number,
): void {
  const width = data.length / picks.rows;
  const looked = Math.min(width, SUMMARY_MAX);
  for (let j = 0, to = start + first; j < picks.taken; j++, to += stride) {
    const from = sampledRow(picks, j) * width;
    // Welford 1962: the mean and the sum of squares around it, in one pass.
    let [mean, squares, least, largest] = [looked === 0 ? Number.NaN : 0, 0, Infinity, -Infinity];
    for (let e = 0; e < looked; e++) {
      const value = numberAt(dtype, data, from + Math.floor((e * width) / looked));
      const before = value - mean;
      mean += before / (e + 1);
      squares += before * (value - mean);
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    numbers[to] = mean;
    numbers[to + 1] = Math.sqrt(squares / looked);
    numbers[to + 2] = looked === 0 ? Number.NaN : least;
    numbers[to + 3] = looked === 0 ? Number.NaN : largest;
  }
}
