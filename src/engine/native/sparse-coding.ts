import type { SparseCodeStep } from '../../model/sparse-coding.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareProduct } from './product.ts';

/** Turns products of a row with the atoms into its code, in place. */
type Code = (products: Float64Array) => void;

function prepareSparseCode(step: SparseCodeStep, { names }: EvaluatorContext): StepEvaluator {
  const { dictionary, coding, split } = step;
  const { rows: atoms } = dictionary;
  const product = prepareProduct(dictionary, null, names);
  const code: Code =
    coding.kind === 'threshold'
      ? (products) => shrink(products, coding.alpha, coding.positive)
      : preparePursuit(dictionary, coding.atoms);
  return {
    transform: (input) => {
      checkWidth(input, dictionary.cols);
      const data = product(input);
      for (let from = 0; from < data.length; from += atoms) code(data.subarray(from, from + atoms));
      return split
        ? { kind: 'dense', rows: input.rows, cols: 2 * atoms, data: signsApart(data, atoms) }
        : { kind: 'dense', rows: input.rows, cols: atoms, data };
    },
  };
}

function shrink(products: Float64Array, alpha: number, positive: boolean): void {
  for (let k = 0; k < products.length; k++) {
    const value = products[k]!;
    const size = Math.max(Math.abs(value) - alpha, 0);
    products[k] = value > 0 ? size : positive ? 0 : -size;
  }
}

function signsApart(codes: Float64Array, atoms: number): Float64Array {
  const out = allocateCells(2 * codes.length);
  for (let k = 0; k < codes.length; k++) {
    const at = 2 * k - (k % atoms);
    out[at] = Math.max(codes[k]!, 0);
    out[at + atoms] = -Math.min(codes[k]!, 0);
  }
  return out;
}

/**
 * Rows of the Gram matrix made orthogonal one after another (a Cholesky factor that is pivoted by the row at hand): each
 * takes its part from what is left, and the factor then gives the coefficients.
 */
function preparePursuit(dictionary: Matrix, most: number): Code {
  const { rows: atoms, cols, data } = dictionary;
  const gram = prepareProduct(dictionary, null, [])({ kind: 'dense', rows: atoms, cols, data });
  const basis = Array.from({ length: most }, () => new Float64Array(atoms));
  const diagonal = new Float64Array(most);
  const parts = new Float64Array(most);
  const chosen = new Int32Array(most);
  return (left) => {
    let count = 0;
    for (; count < most; count++) {
      const atom = largest(left);
      if (chosen.subarray(0, count).includes(atom) || left[atom]! ** 2 < Number.EPSILON) break;
      const own = basis[count]!;
      own.set(gram.subarray(atom * atoms, (atom + 1) * atoms));
      for (let j = 0; j < count; j++) subtract(own, basis[j]!, basis[j]![atom]!);
      const rest = own[atom]!;
      if (count > 0 && rest <= Number.EPSILON) break;
      const length = Math.sqrt(rest);
      for (let k = 0; k < atoms; k++) own[k]! /= length;
      chosen[count] = atom;
      diagonal[count] = length;
      parts[count] = left[atom]! / length;
      subtract(left, own, parts[count]!);
    }
    left.fill(0);
    for (let i = count - 1; i >= 0; i--) {
      let value = parts[i]!;
      for (let j = i + 1; j < count; j++) value -= basis[i]![chosen[j]!]! * left[chosen[j]!]!;
      left[chosen[i]!] = value / diagonal[i]!;
    }
  };
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (Math.abs(values[k]!) > Math.abs(values[best]!)) best = k;
  return best;
}

function subtract(from: Float64Array, other: Float64Array, times: number): void {
  for (let k = 0; k < from.length; k++) from[k]! -= times * other[k]!;
}

export const SPARSE_CODING_PREPARERS: StepPreparers<SparseCodeStep> = { 'sparse-code': prepareSparseCode };
