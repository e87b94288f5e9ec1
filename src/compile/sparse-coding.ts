import type { SparseCodeStep } from '../model/sparse-coding.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompilers, withinTolerance } from './compiler.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';

type G = CompileContext['g'];
const scalar = (g: G, value: number): ValueName => g.float64([value], []);

/** sign(c) · max(|c| - alpha, 0). */
function shrunk(g: G, c: ValueName, alpha: number, positive: boolean): ValueName {
  const size = g.add('Max', [g.add('Sub', [g.add('Abs', [c]), scalar(g, alpha)]), scalar(g, 0)]);
  const code = g.add('Mul', [g.add('Sign', [c]), size]);
  return positive ? g.add('Max', [code, scalar(g, 0)]) : code;
}

/** One round of a pursuit, `[N, 1]` but for `basis`; where it no longer `goes` its part is 0. */
interface Round {
  readonly atom: ValueName;
  /** `[N, atoms]` */
  readonly basis: ValueName;
  readonly length: ValueName;
  readonly part: ValueName;
}

/**
 * Rounds of Gram-Schmidt on rows of the Gram matrix, each of the atom that says most of what is left: basis vectors are
 * columns of its Cholesky factor, pivoted for each row on its own.
 */
function pursued(g: G, c: ValueName, dictionary: Matrix, most: number): ValueName {
  const gram = g.float64(gramOf(dictionary), [dictionary.rows, dictionary.rows]);
  const eps = scalar(g, Number.EPSILON);
  const at = (x: ValueName, atom: ValueName) => g.add('GatherElements', [x, atom], { axis: 1n });
  const rounds: Round[] = [];
  let left = c;
  let goes: ValueName | null = null;
  const and = (a: ValueName | null, b: ValueName): ValueName => (a === null ? b : g.add('And', [a, b]));
  for (let k = 0; k < most; k++) {
    const atom = g.add('ArgMax', [g.add('Abs', [left])], { axis: 1n, keepdims: 1n, select_last_index: 0n });
    const value = at(left, atom);
    goes = and(goes, g.add('GreaterOrEqual', [g.add('Mul', [value, value]), eps]));
    for (const before of rounds) goes = and(goes, g.add('Not', [g.add('Equal', [atom, before.atom])]));
    let own = g.add('Gather', [gram, g.add('Reshape', [atom, g.int64([-1], [1])])], { axis: 0n });
    for (const { basis } of rounds) own = g.add('Sub', [own, g.add('Mul', [at(basis, atom), basis])]);
    const rest = at(own, atom);
    if (k > 0) goes = and(goes, g.add('Greater', [rest, eps]));
    const length = g.add('Sqrt', [g.add('Where', [goes, rest, scalar(g, 1)])]);
    const basis = g.add('Div', [own, length]);
    const part = g.add('Where', [goes, g.add('Div', [value, length]), scalar(g, 0)]);
    left = g.add('Sub', [left, g.add('Mul', [part, basis])]);
    rounds.push({ atom, basis, length, part });
  }
  return coefficients(g, rounds, at, dictionary.rows);
}

/** Back substitution, and each coefficient in the place of its atom. */
function coefficients(
  g: G,
  rounds: readonly Round[],
  at: (x: ValueName, atom: ValueName) => ValueName,
  atoms: number,
): ValueName {
  const places = g.int64(
    Array.from({ length: atoms }, (_, k) => k),
    [1, atoms],
  );
  const solved: { readonly atom: ValueName; readonly value: ValueName }[] = [];
  for (const { atom, basis, length, part } of [...rounds].reverse()) {
    const value = solved.reduce(
      (rest, later) => g.add('Sub', [rest, g.add('Mul', [at(basis, later.atom), later.value])]),
      part,
    );
    solved.push({ atom, value: g.add('Div', [value, length]) });
  }
  return solved
    .map(({ atom, value }) =>
      g.add('Mul', [g.add('Cast', [g.add('Equal', [atom, places])], { to: 11n }), value]),
    )
    .reduce((sum, term) => g.add('Add', [sum, term]));
}

function gramOf({ rows, cols, data }: Matrix): Float64Array {
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += data[i * cols + k]! * data[j * cols + k]!;
      gram[i * rows + j] = sum;
    }
  return gram;
}

export const SPARSE_CODING_COMPILERS: StepCompilers<SparseCodeStep> = {
  'sparse-code': {
    emit(context, step, input) {
      const { g } = context;
      const { dictionary, coding, split } = step;
      const x = acceptedMatrix(context, input, step, 'finite');
      const { rows: atoms, cols } = dictionary;
      const none = g.float64(new Float64Array(atoms), [1, atoms]);
      // A MatMul would take a scale that comes before it into a float32 attribute (MatMulScaleFusion).
      const c = g.add('Gemm', [x, g.float64(dictionary.data, [atoms, cols]), none], { transB: 1n });
      const code =
        coding.kind === 'threshold'
          ? shrunk(g, c, coding.alpha, coding.positive)
          : pursued(g, c, dictionary, coding.atoms);
      if (!split) return { stream: matrix(code, dictionary.rows) };
      const zero = scalar(g, 0);
      const [above, below] = [g.add('Max', [code, zero]), g.add('Max', [g.add('Neg', [code]), zero])];
      return { stream: matrix(g.add('Concat', [above, below], { axis: 1n }), 2 * dictionary.rows) };
    },
    certify: () => withinTolerance('products with atoms, and least squares on those that are chosen'),
  },
};
