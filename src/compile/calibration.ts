import type { Calibration, Calibrator } from '../model/calibration.ts';
import type { CalibratedStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompiler, withinUlp } from './compiler.ts';
import { memberValues, sumOfMembers } from './ensemble.ts';
import { interpolated } from './isotonic.ts';
import { argMax, labelOutput } from './labels.ts';
import { normalised } from './linear.ts';
import { complement, sigmoid, softmax } from './links.ts';
import { joinColumnValues, once } from './stream.ts';

type Columns = Extract<Calibration, { kind: 'columns' }>;
type Temperature = Extract<Calibration, { kind: 'temperature' }>;
type Sigmoid = Extract<Calibrator, { kind: 'sigmoid' }>;

/** Mean of the members' calibrated probabilities. */
export const calibrated: StepCompiler<CalibratedStep> = {
  emit(context, step, input) {
    const { g } = context;
    const classes = step.classes.values.length;
    const members = memberValues(context, step.members, input);
    const mean = once(() => {
      const parts = members.map(({ value }, i) =>
        atMostOne(context, probabilities(context, step.calibrations[i]!, value(), classes)),
      );
      return g.add('Div', [sumOfMembers(context, parts, null), g.float64([parts.length], [])]);
    });
    return {
      outputs: {
        predict: labelOutput(context, step.classes, () => argMax(context, mean())),
        predict_proba: { dtype: 'float64', shape: [classes], value: mean },
      },
    };
  },
  certify: () => withinUlp(4, 'a link of each score, and their mean; its exactness is that of its members'),
};

const probabilities = (
  context: CompileContext,
  calibration: Calibration,
  scores: ValueName,
  classes: number,
): ValueName =>
  calibration.kind === 'temperature'
    ? fromTemperature(context, calibration, scores, classes)
    : fromColumns(context, calibration, scores, classes);

/** Probabilities just above 1 are 1. */
function atMostOne({ g }: CompileContext, p: ValueName): ValueName {
  const one = g.float64([1], []);
  const above = g.add('And', [
    g.add('Greater', [p, one]),
    g.add('LessOrEqual', [p, g.float64([1 + 1e-5], [])]),
  ]);
  return g.add('Where', [above, one, p]);
}

const isSigmoid = (calibrator: Calibrator): calibrator is Sigmoid => calibrator.kind === 'sigmoid';

function fromColumns(
  context: CompileContext,
  { places, calibrators }: Columns,
  scores: ValueName,
  classes: number,
): ValueName {
  const { g } = context;
  const columns = calibrators.every(isSigmoid)
    ? sigmoids(context, calibrators, scores)
    : joinColumnValues(
        g,
        calibrators.map((calibrator, k) =>
          calibratedColumn(context, calibrator, columnOf(context, scores, k)),
        ),
      );
  if (classes === 2) return complement(context, columns);
  const inOrder = places.length === classes && places.every((place, k) => place === k);
  const placed = inOrder ? columns : g.add('Gemm', [columns, movesTo(context, places, classes)]);
  return normalised(context, placed, classes);
}

const columnOf = ({ g }: CompileContext, scores: ValueName, k: number): ValueName =>
  g.add('Gather', [scores, g.int64([k], [1])], { axis: 1n });

/** All columns at once. */
function sigmoids(context: CompileContext, calibrators: readonly Sigmoid[], scores: ValueName): ValueName {
  const { g } = context;
  const row = (number: (one: Sigmoid) => number): ValueName =>
    g.float64(Float64Array.from(calibrators, number), [1, calibrators.length]);
  const product = g.add('Mul', [scores, row(({ slope }) => slope)]);
  return sigmoid(context, g.add('Neg', [g.add('Add', [product, row(({ offset }) => offset)])]));
}

function calibratedColumn(context: CompileContext, calibrator: Calibrator, score: ValueName): ValueName {
  if (isSigmoid(calibrator)) return sigmoids(context, [calibrator], score);
  context.refusals.numbers(score, 'finite');
  return interpolated(context, calibrator.curve, score);
}

/** Ones that move column k to its place. */
function movesTo({ g }: CompileContext, places: readonly number[], classes: number): ValueName {
  const moves = new Float64Array(places.length * classes);
  places.forEach((place, k) => {
    moves[k * classes + place] = 1;
  });
  return g.float64(moves, [places.length, classes]);
}

function fromTemperature(
  context: CompileContext,
  { inverse, scores: kind }: Temperature,
  scores: ValueName,
  classes: number,
): ValueName {
  const { g, refusals } = context;
  refusals.numbers(scores, 'finite');
  const logits =
    kind === 'decisions' ? decisionLogits(context, scores, classes) : logarithms(context, scores, classes);
  return softmax(context, g.add('Mul', [logits, g.float64([inverse], [])]));
}

const decisionLogits = ({ g }: CompileContext, scores: ValueName, classes: number): ValueName =>
  classes === 2 ? g.add('Concat', [g.add('Neg', [scores]), scores], { axis: 1n }) : scores;

function logarithms(context: CompileContext, scores: ValueName, classes: number): ValueName {
  const { g } = context;
  const all = classes === 2 ? complement(context, scores) : scores;
  return g.add('Log', [g.add('Add', [all, g.float64([1e-12], [])])]);
}
