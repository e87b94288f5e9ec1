import type { ModelStep } from '../model/step.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import { type Emitter, matrixOf, type StepStream } from './stream.ts';

/** Which numbers a step takes: finite ones, or missing ones (NaN) too. */
export type AcceptedNumbers = 'finite' | 'missing';

/** Name of the graph output that marks refused rows. */
export const REFUSED = 'refused';

/**
 * Rows that the library would refuse. A graph can't raise an error, so it says so in an output of its own: every check
 * adds a column that is 0 where the row is fine and NaN where it is not; a row is refused where their sum is NaN.
 */
export class RefusalChecks {
  readonly #g: GraphBuilderApi;
  readonly #checked = new Set<string>();
  #sum: ValueName | null = null;

  constructor(g: GraphBuilderApi) {
    this.#g = g;
  }

  /** Refuses rows of `x` `[N, width]` with a number that is not accepted. */
  numbers(x: ValueName, accepts: AcceptedNumbers): void {
    if (this.#checked.has(`${accepts} ${x}`)) return;
    this.#checked.add(`${accepts} ${x}`);
    const g = this.#g;
    // x - x is 0 for a finite number and NaN for NaN and the infinities.
    const rest = g.add('Sub', [x, x]);
    const checked =
      accepts === 'finite' ? rest : g.add('Where', [g.add('IsNaN', [x]), g.float64([0], []), rest]);
    this.#add(g.add('ReduceSum', [checked, g.int64([1], [1])], { keepdims: 1n }));
  }

  /** Refuses rows where `condition`, booleans `[N, 1]`, holds. */
  where(condition: ValueName): void {
    const g = this.#g;
    this.#add(g.add('Where', [condition, g.float64([Number.NaN], []), g.float64([0], [])]));
  }

  /** Declares the output, `[N]` booleans; null where nothing can be refused. */
  declare(): string | null {
    if (this.#sum === null) return null;
    const g = this.#g;
    const rows = g.add('Reshape', [g.add('IsNaN', [this.#sum]), g.int64([-1], [1])]);
    g.output(REFUSED, rows, 'bool', ['N']);
    return REFUSED;
  }

  #add(column: ValueName): void {
    this.#sum = this.#sum === null ? column : this.#g.add('Add', [this.#sum, column]);
  }
}

/** Where rows can be refused. */
export interface RefusingEmitter extends Emitter {
  /** Rows that the library would refuse. */
  readonly refusals: RefusalChecks;
}

/** The stream as a matrix whose rows are refused where a number is not accepted (or missing, where the step says so). */
export function acceptedMatrix(
  emitter: RefusingEmitter,
  input: StepStream,
  step: ModelStep,
  accepts: AcceptedNumbers,
): ValueName {
  const x = matrixOf(emitter, input, step);
  emitter.refusals.numbers(x, step.refusesMissing ? 'finite' : accepts);
  return x;
}
