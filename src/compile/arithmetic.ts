import {
  type ArithmeticOperator,
  type ArithmeticStep,
  arithmeticRounding,
  type ColumnExpression,
} from '../model/arithmetic.ts';
import type { StepRounding } from '../model/step-description.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type StepCompiler, withinTolerance, withinUlp } from './compiler.ts';
import { emitFunction } from './function.ts';
import { clipValue } from './links.ts';
import type { StepCertification } from './plan.ts';
import { joinColumnValues, matrix, numbersAt, type StepStream } from './stream.ts';

const OPERATORS: Readonly<Record<Exclude<ArithmeticOperator, 'minimum' | 'maximum'>, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  power: 'Pow',
};

const CERTIFIED: Readonly<Record<StepRounding, () => StepCertification>> = {
  none: () => bitExact(),
  same: () => bitExact('the operations of the library, in its order'),
  link: () => withinUlp(8, 'another exp and log than numpy'),
  sum: () => withinTolerance('functions inside of formulas'),
};

/** `[N, 1]` of one expression. */
function emit(
  context: CompileContext,
  step: ArithmeticStep,
  input: StepStream,
  of: ColumnExpression,
): ValueName {
  const { g } = context;
  const inner = (part: ColumnExpression): ValueName => emit(context, step, input, part);
  const scalar = (value: number): ValueName => g.float64([value], []);
  switch (of.kind) {
    case 'column':
      return numbersAt(context, step, input, of.column);
    case 'constant':
      return g.float64([of.value], [1, 1]);
    case 'operation':
      return operation(context, of.operator, inner(of.left), inner(of.right));
    case 'function':
      return emitFunction(context, step, of.function, inner(of.of));
    case 'clip':
      return clipValue(context, inner(of.of), of.low, of.high);
    case 'interval':
      return interval(context, of.edges, inner(of.of));
    case 'sign':
      return g.add('Where', [
        g.add('GreaterOrEqual', [inner(of.of), scalar(0)]),
        inner(of.above),
        inner(of.below),
      ]);
  }
}

/** Of two numbers a missing one is neither the less nor the greater: it is the answer. */
function operation(
  { g }: CompileContext,
  operator: ArithmeticOperator,
  a: ValueName,
  b: ValueName,
): ValueName {
  if (operator !== 'minimum' && operator !== 'maximum') return g.add(OPERATORS[operator], [a, b]);
  const chosen = g.add('Where', [g.add(operator === 'minimum' ? 'Less' : 'Greater', [b, a]), b, a]);
  return g.add('Where', [g.add('IsNaN', [b]), b, chosen]);
}

/** The edges below a number, counted; the first interval has both of its own. */
function interval({ g }: CompileContext, edges: Float64Array, x: ValueName): ValueName {
  const [first = 0, last = 0] = [edges[0], edges.at(-1)];
  const below = g.add('Cast', [g.add('Less', [g.float64(edges, [1, edges.length]), x])], { to: 11n });
  const count = g.add('ReduceSum', [below, g.int64([1], [1])], { keepdims: 1n });
  const index = g.add('Max', [g.add('Sub', [count, g.float64([1], [])]), g.float64([0], [])]);
  const inside = g.add('And', [
    g.add('GreaterOrEqual', [x, g.float64([first], [])]),
    g.add('LessOrEqual', [x, g.float64([last], [])]),
  ]);
  return g.add('Where', [inside, index, g.float64([Number.NaN], [])]);
}

function checkDomains(context: CompileContext, step: ArithmeticStep, input: StepStream): void {
  const { g, refusals } = context;
  for (const { column, low, high, excluded } of step.domains) {
    const x = numbersAt(context, step, input, column);
    const beyond: readonly (readonly [string, number])[] = [
      ...(low === -Infinity ? [] : [['Less', low] as const]),
      ...(high === Infinity ? [] : [['Greater', high] as const]),
      ...(excluded === null ? [] : [['Equal', excluded] as const]),
    ];
    for (const [operator, limit] of beyond) refusals.where(g.add(operator, [x, g.float64([limit], [])]));
  }
}

/** An expression a column. */
export const arithmetic: StepCompiler<ArithmeticStep> = {
  emit(context, step, input) {
    if (step.refusesMissing)
      for (let column = 0; column < (step.features ?? 0); column++)
        context.refusals.numbers(numbersAt(context, step, input, column), 'finite');
    checkDomains(context, step, input);
    const columns = step.columns.map((column) => emit(context, step, input, column));
    return { stream: matrix(joinColumnValues(context.g, columns), columns.length) };
  },
  certify: (step) => CERTIFIED[arithmeticRounding(step)](),
};
