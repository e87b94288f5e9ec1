import { FREE, NULLABLE_NUMBER, needsAlike, needsElementwise } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** Functions of numpy, by their names there; of the truth of a number they give 1 or 0. */
export const NUMPY_FUNCTIONS = [
  'log1p',
  'log',
  'log2',
  'log10',
  'exp',
  'exp2',
  'expm1',
  'sqrt',
  'cbrt',
  'square',
  'reciprocal',
  'absolute',
  'fabs',
  'sign',
  'negative',
  'positive',
  'floor',
  'ceil',
  'trunc',
  'rint',
  'sin',
  'cos',
  'tan',
  'tanh',
  'arcsin',
  'arccos',
  'arctan',
  'sinh',
  'cosh',
  'arcsinh',
  'arccosh',
  'arctanh',
  'isfinite',
  'isinf',
  'isnan',
  'logical_not',
  'signbit',
  'nan_to_num',
  'deg2rad',
  'rad2deg',
] as const;

/** Functions that `scipy.special` alone has. */
export const SCIPY_FUNCTIONS = ['expit', 'logit', 'log_expit', 'exp10'] as const;

/** What a FunctionTransformer may hold; `identity` is `func=None`. */
export const FUNCTIONS = ['identity', ...NUMPY_FUNCTIONS, ...SCIPY_FUNCTIONS] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Element-wise function over every column. */
export interface FunctionStep extends StepBase {
  readonly kind: 'function';
  readonly function: FunctionName;
}

/** What they give of a missing number is none. */
const FILLING: ReadonlySet<FunctionName> = new Set<FunctionName>([
  'isfinite',
  'isinf',
  'isnan',
  'logical_not',
  'signbit',
  'nan_to_num',
]);

const isIdentity = ({ function: name }: FunctionStep): boolean => name === 'identity';

export const FUNCTION_STEPS: StepDescriptions<FunctionStep> = {
  function: {
    ...NUMERIC_TRANSFORMER,
    needs: (step, width, out) =>
      isIdentity(step)
        ? (out ?? needsAlike(width, FREE))
        : FILLING.has(step.function)
          ? needsAlike(width, NULLABLE_NUMBER)
          : needsElementwise(width, out),
    width: 'kept',
    types: (step, input) => (isIdentity(step) ? input : input.map(() => 'number')),
    rounding: (step) => (isIdentity(step) || FILLING.has(step.function) ? 'none' : 'link'),
  },
};
