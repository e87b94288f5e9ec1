import { elementAt } from '../core/element-at.ts';
import { filledColumns } from '../model/imputation.ts';
import type { IterativeImputerStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type StepCompilers } from './compiler.ts';
import { memberValues } from './ensemble.ts';
import { invalidDescription } from './failure.ts';
import { missingNumbers } from './imputation.ts';
import { clipValue, rowSumOf } from './links.ts';
import { concatStreams, matrix, matrixOf, type StepStream, select } from './stream.ts';

type Turn = IterativeImputerStep['turns'][number];

/** Where values of the kept columns are missing, booleans `[N, kept]`; null where none can be. */
function missingOf(
  context: CompileContext,
  { initial, settled }: IterativeImputerStep,
  x: ValueName,
  kept: readonly number[],
): ValueName | null {
  const { g } = context;
  const given = matrixOf(context, select(context, matrix(x, initial.fill.length), kept), initial);
  const missing = missingNumbers(context, given, initial.missing);
  if (missing === null || settled.length === 0) return missing;
  const open = kept.map((column) => !settled.includes(column));
  return g.add('And', [missing, flags(context, open)]);
}

/** Booleans `[1, count]`. */
const flags = ({ g }: CompileContext, values: readonly boolean[]): ValueName =>
  g.constant({ dtype: 'bool', shape: [1, values.length], data: Uint8Array.from(values, Number) });

/** `filled` after a turn. A row that has its value may be anything to the predictor: it sees zeros there. */
function afterTurn(
  context: CompileContext,
  { column, neighbors, member, low, high }: Turn,
  filled: ValueName,
  missing: ValueName,
  width: number,
): ValueName {
  const { g } = context;
  const absent = g.add('Gather', [missing, g.int64([column], [1])], { axis: 1n });
  const others = g.add('Gather', [filled, g.int64(neighbors, [neighbors.length])], { axis: 1n });
  const seen = g.add('Where', [g.add('Not', [absent]), g.float64([0], []), others]);
  const answer = elementAt(memberValues(context, [member], matrix(seen, neighbors.length)), 0).value();
  const value = low === -Infinity && high === Infinity ? answer : clipValue(context, answer, low, high);
  const own = Array.from({ length: width }, (_, k) => k === column);
  return g.add('Where', [g.add('And', [absent, flags(context, own)]), value, filled]);
}

export const ITERATIVE_IMPUTATION_COMPILERS: StepCompilers<IterativeImputerStep> = {
  'iterative-imputer': {
    emit(context, step, input) {
      const { g, refusals } = context;
      const { initial, turns, settled } = step;
      const kept = filledColumns(initial);
      const { stream } = context.compile(initial, input);
      if (stream === undefined)
        throw invalidDescription(step, 'initial_imputer_', initial.kind, 'an imputer');
      const missing = missingOf(context, step, matrixOf(context, input, step), kept);
      if (missing === null) return { stream };
      if (settled.length === 0) {
        const present = g.add('Cast', [g.add('Not', [missing])], { to: 11n });
        refusals.where(g.add('Equal', [rowSumOf(g, present), g.float64([0], [])]));
      }
      const whole = matrix(matrixOf(context, stream, step), kept.length + initial.indicators.length);
      const range = (from: number, count: number): StepStream =>
        select(
          context,
          whole,
          Array.from({ length: count }, (_, k) => from + k),
        );
      let filled = matrixOf(context, range(0, kept.length), step);
      for (const turn of turns) filled = afterTurn(context, turn, filled, missing, kept.length);
      const values = matrix(filled, kept.length);
      if (initial.indicators.length === 0) return { stream: values };
      const indicators = range(kept.length, initial.indicators.length);
      return { stream: concatStreams(context, [values, indicators], step) };
    },
    certify: () => bitExact('hands answers on; its exactness is that of its estimators'),
  },
};
