import type { LinearBoosterStep } from '../model/linear-booster.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext, StepCompiler, StepCompilers } from './compiler.ts';
import { withoutMarked } from './missing-number.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';
import { boosterOutputs, certifyBooster } from './tree-booster.ts';

const TO_FLOAT32 = { to: 1n };
const TO_FLOAT64 = { to: 11n };

const linearBooster: StepCompiler<LinearBoosterStep> = {
  emit(context, step, input) {
    const { g } = context;
    const given = acceptedMatrix(context, input, step, 'missing');
    const cast = g.add('Cast', [given], TO_FLOAT32);
    const { missingNumber } = step;
    const x = missingNumber === undefined ? cast : withoutMarked(context, 'float32', cast, missingNumber);
    // What is no finite float32 is refused after rounding.
    context.refusals.numbers(g.add('Cast', [x], TO_FLOAT64), 'missing');
    const scores = step.weights.rows;
    const margins = once(() => {
      const sums = Array.from({ length: scores }, (_, score) => marginOf(context, step, x, score));
      return scores === 1 ? (sums[0] ?? x) : g.add('Concat', sums, { axis: 1n });
    });
    return { outputs: boosterOutputs(context, { scores, sums: 'float32' }, step.head, margins) };
  },
  certify: ({ head }) => certifyBooster(head, 'products and sums in float32, in the order of the columns'),
};

/** One margin `[N, 1]`: CumSum keeps the order that a dot product is free to change; -0 changes no sum. */
function marginOf(
  { g }: CompileContext,
  { weights: { cols, data }, bias }: LinearBoosterStep,
  x: ValueName,
  score: number,
): ValueName {
  const own = data.subarray(score * cols, (score + 1) * cols);
  const products = g.add('Mul', [x, g.float32(own, [1, cols])]);
  const terms = g.add('Where', [g.add('IsNaN', [x]), g.float32([-0], []), products]);
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  const first = g.add('Expand', [g.float32([bias[score] ?? 0], [1, 1]), shape]);
  const running = g.add('CumSum', [g.add('Concat', [first, terms], { axis: 1n }), g.int64([1], [])]);
  return g.add('Gather', [running, g.int64([cols], [1])], { axis: 1n });
}

export const LINEAR_BOOSTER_COMPILERS: StepCompilers<LinearBoosterStep> = { 'linear-booster': linearBooster };
