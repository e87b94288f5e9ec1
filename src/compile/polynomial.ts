import { type PolynomialFeaturesStep, productWidths } from '../model/polynomial.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type StepCompiler, type StepCompilers } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { acceptedMatrix } from './refusal.ts';
import { joinColumnValues, matrix } from './stream.ts';

/** A column of ones, as long as the batch. */
function ones({ g }: CompileContext, x: ValueName): ValueName {
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  return g.add('Expand', [g.float64([1], [1, 1]), shape]);
}

/** Degree by degree: the products below, gathered by parent, times the columns, gathered by factor. */
const polynomialFeatures: StepCompiler<PolynomialFeaturesStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const pick = (values: ValueName, columns: Int32Array): ValueName =>
      g.add('Gather', [values, g.int64(columns, [columns.length])], { axis: 1n });
    const blocks: ValueName[] = [x];
    for (const { parents, factors } of step.degrees)
      blocks.push(g.add('Mul', [pick(blocks.at(-1) ?? x, parents), pick(x, factors)]));
    const widths = productWidths(step);
    const kept = blocks.filter((_, i) => widths[i] !== 0);
    const parts = step.bias ? [ones(context, x), ...kept] : kept;
    if (parts.length === 0)
      throw compileUnsupported(step, 'degree', 'without an output column', 'at least one is');
    const width = widths.reduce((sum, one) => sum + one, step.bias ? 1 : 0);
    return { stream: matrix(joinColumnValues(g, parts), width) };
  },
  certify: () => bitExact('products, in the order of the library'),
};

export const POLYNOMIAL_COMPILERS: StepCompilers<PolynomialFeaturesStep> = {
  'polynomial-features': polynomialFeatures,
};
