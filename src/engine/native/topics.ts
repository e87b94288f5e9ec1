import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
import type { LatentDirichletStep } from '../../model/topics.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  refuseCell,
  type SparseBlock,
  toDense,
} from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { numpyRowSum } from './links.ts';

/** Words of one document: which, and how often. */
interface Document {
  readonly words: Int32Array;
  readonly counts: Float64Array;
  length: number;
}

/** Infers γ of a document into `topics`. */
type Infer = (document: Document, topics: Float64Array) => void;

function prepareLatentDirichlet(step: LatentDirichletStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: topics, cols: words } = step.words;
  const infer = prepareInference(step);
  const scratch = createScratch();
  const document: Document = { words: new Int32Array(words), counts: new Float64Array(words), length: 0 };
  return {
    transform: (input) => {
      checkWidth(input, words);
      const block = input.kind === 'sparse' ? input : toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const data = allocateCells(block.rows * topics);
      for (let row = 0; row < block.rows; row++) {
        readDocument(block, row, document, names);
        const shares = data.subarray(row * topics, (row + 1) * topics);
        infer(document, shares);
        const sum = numpyRowSum(shares, 0, topics);
        for (let k = 0; k < topics; k++) shares[k]! /= sum;
      }
      return { kind: 'dense', rows: block.rows, cols: topics, data };
    },
  };
}

function readDocument(
  block: DenseBlock | SparseBlock,
  row: number,
  document: Document,
  names: readonly string[],
): void {
  const [cells, from, to] =
    block.kind === 'dense'
      ? [block.data, row * block.cols, (row + 1) * block.cols]
      : [block.values, block.indptr[row]!, block.indptr[row + 1]!];
  document.length = 0;
  for (let k = from; k < to; k++) {
    const count = cells[k]!;
    if (count === 0) continue;
    const word = block.kind === 'dense' ? k - from : block.indices[k]!;
    if (count < 0) refuseCell(row, names[word] ?? `x${word}`, `expected a count, got ${count}`);
    document.words[document.length] = word;
    document.counts[document.length++] = count;
  }
}

function prepareInference({ words, prior, iterations, tolerance }: LatentDirichletStep): Infer {
  const topics = words.rows;
  const byWord = transposedMatrix(words);
  const first = Math.exp(digamma(1) - digamma(topics));
  const expected = new Float64Array(topics);
  const sums = new Float64Array(topics);
  return (document, shares) => {
    shares.fill(1);
    expected.fill(first);
    for (let turn = 0; turn < iterations; turn++) {
      weigh(document, byWord, expected, sums);
      let [change, total] = [0, 0];
      for (let k = 0; k < topics; k++) {
        const share = expected[k]! * sums[k]! + prior;
        change += Math.abs(shares[k]! - share);
        total += share;
        shares[k] = share;
      }
      if (change / topics < tolerance) return;
      const all = digamma(total);
      for (let k = 0; k < topics; k++) expected[k] = Math.exp(digamma(shares[k]!) - all);
    }
  };
}

/** `Σ count / (expected · word + eps) · word` over the words of a document, into `sums`. */
function weigh(document: Document, byWord: Matrix, expected: Float64Array, sums: Float64Array): void {
  const { cols: topics, data } = byWord;
  sums.fill(0);
  for (let at = 0; at < document.length; at++) {
    const base = document.words[at]! * topics;
    let norm = 0;
    for (let k = 0; k < topics; k++) norm += expected[k]! * data[base + k]!;
    const ratio = document.counts[at]! / (norm + Number.EPSILON);
    for (let k = 0; k < topics; k++) sums[k]! += ratio * data[base + k]!;
  }
}

const EULER = 0.5772156649015329;

/** ψ(x) of x > 0 as the library computes it (J. Bernardo, Algorithm AS 103, 1976). */
function digamma(x: number): number {
  if (x <= 1e-6) return -EULER - 1 / x;
  let result = 0;
  let shifted = x;
  for (; shifted < 6; shifted++) result -= 1 / shifted;
  const r = 1 / shifted;
  const square = r * r;
  return result + Math.log(shifted) - 0.5 * r - square * (1 / 12 - square * (1 / 120 - square * (1 / 252)));
}

export const TOPIC_PREPARERS: StepPreparers<LatentDirichletStep> = {
  'latent-dirichlet': prepareLatentDirichlet,
};
