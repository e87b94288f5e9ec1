import type { AtenCall } from './call.ts';
import { rows, viewsOrCopies } from './operator.ts';
import { elementwise, matmul, squeezed, swapLast, unsqueezed } from './primitives.ts';
import type { AtenTensor } from './value.ts';

/** Products of matrices. */

/** x Wᵀ + b; rows of features go to Gemm, anything else to MatMul. */
function linear(call: AtenCall, x: AtenTensor, weight: AtenTensor, bias: AtenTensor | null): AtenTensor {
  const { g } = call;
  const features = weight.shape[0] ?? 1;
  if (x.shape.length === 2 && weight.shape.length === 2) {
    const shape = [x.shape[0] ?? 1, features];
    return g.add(
      'Gemm',
      bias === null ? [x, weight] : [x, weight, bias],
      { dtype: x.dtype, shape },
      { transB: 1n },
    );
  }
  const product = weight.shape.length === 1 ? matmul(g, x, weight) : matmul(g, x, swapLast(g, weight));
  return bias === null ? product : elementwise(g, 'Add', [product, bias], x.dtype);
}

const scaled = (call: AtenCall, x: AtenTensor, name: string): AtenTensor => {
  const factor = call.number(name, 1);
  return factor === 1 ? x : elementwise(call.g, 'Mul', [x, call.g.scalar(factor, x.dtype)], x.dtype);
};

/** β self + α (a b), of matrices or of stacks of them. */
const added = (a: string, b: string) => (call: AtenCall) => {
  const product = scaled(call, matmul(call.g, call.tensor(a), call.tensor(b)), 'alpha');
  return elementwise(call.g, 'Add', [scaled(call, call.tensor('self'), 'beta'), product], product.dtype);
};

const product = (call: AtenCall): AtenTensor => matmul(call.g, call.tensor('self'), call.tensor('mat2'));

/** numpy's rules: a vector is a row on the left and a column on the right. */
const general = (call: AtenCall): AtenTensor => matmul(call.g, call.tensor('self'), call.tensor('other'));

const outer = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('self'), call.tensor('vec2')];
  return elementwise(g, 'Mul', [unsqueezed(g, a, [1]), b], a.dtype);
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A term with letters of its own for the axes that `...` stands for. */
const spelled = (term: string, rank: number): string => {
  const count = Math.max(0, rank - term.replace('...', '').length);
  return term.replace('...', LETTERS.slice(LETTERS.length - count));
};

const einsum = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const operands = call.tensors('tensors');
  const equation = call.text('equation', '').replaceAll(' ', '');
  const [left = '', stated] = equation.split('->');
  const given = left.split(',');
  if (given.length !== operands.length || !/^[a-zA-Z.,]*(?:->[a-zA-Z.]*)?$/.test(equation))
    throw call.wrong('equation', 'an equation of letters, one term an operand');
  const terms = given.map((term, i) => spelled(term, operands[i]?.shape.length ?? 0));
  const letters = [...terms.join('')];
  // What is not stated has the letters that occur once, in their order, behind what `...` stands for.
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  const widest = terms.reduce((most, term, i) => {
    const own = given[i]?.includes('...') ? term.length - (given[i]?.length ?? 0) + 3 : 0;
    return Math.max(most, own);
  }, 0);
  const rest = LETTERS.slice(LETTERS.length - widest);
  const free = once.filter((letter) => !rest.includes(letter)).join('');
  const right = stated === undefined ? `${widest > 0 ? rest : ''}${free}` : stated.replace('...', rest);
  const sizes = new Map(
    terms.flatMap((term, i) =>
      [...term].map((letter, axis) => [letter, operands[i]?.shape[axis] ?? 1] as const),
    ),
  );
  const shape = [...right].map((letter) => sizes.get(letter) ?? 1);
  const dtype = operands[0]?.dtype ?? 'float32';
  return g.add('Einsum', operands, { dtype, shape }, { equation: `${terms.join(',')}->${right}` });
};

/** Each row of the second with a matrix: x₁ᵀ W x₂ + b. */
const bilinear = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b, weight] = [call.tensor('input1'), call.tensor('input2'), call.tensor('weight')];
  if (a.shape.length !== 2) throw call.wrong('input1', 'a matrix');
  const shape = [a.shape[0] ?? 1, weight.shape[0] ?? 1];
  const made = g.add('Einsum', [a, weight, b], { dtype: a.dtype, shape }, { equation: 'bi,oij,bj->bo' });
  const bias = call.tensorOrNull('bias');
  return bias === null ? made : elementwise(g, 'Add', [made, bias], a.dtype);
};

const dot = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('self'), call.tensor('tensor')];
  return squeezed(g, matmul(g, unsqueezed(g, a, [0]), unsqueezed(g, b, [1])), [0, 1]);
};

export const LINEAR = [
  ...rows('linear', 'input weight bias', (call) =>
    linear(call, call.tensor('input'), call.tensor('weight'), call.tensorOrNull('bias')),
  ),
  ...rows('addmm', 'self mat1 mat2 beta alpha', added('mat1', 'mat2')),
  ...rows('baddbmm', 'self batch1 batch2 beta alpha', added('batch1', 'batch2')),
  ...rows('addmv', 'self mat vec beta alpha', added('mat', 'vec')),
  ...rows('mm bmm', 'self mat2', product),
  ...rows('matmul', 'self other', general),
  ...rows('mv', 'self vec', (call) => matmul(call.g, call.tensor('self'), call.tensor('vec'))),
  ...rows('dot', 'self tensor', dot),
  ...rows('outer ger', 'self vec2', outer),
  ...viewsOrCopies('einsum', 'equation tensors path', einsum),
  ...rows('bilinear', 'input1 input2 weight bias', bilinear),
];
