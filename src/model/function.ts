import { FREE, needsAlike, needsElementwise } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** numpy ufuncs and functions that a FunctionTransformer may hold, by numpy name; `identity` is `func=None`. */
export const FUNCTIONS = [
  'identity',
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
  'deg2rad',
  'rad2deg',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Element-wise function over every column. */
export interface FunctionStep extends StepBase {
  readonly kind: 'function';
  readonly function: FunctionName;
}

const isIdentity = ({ function: name }: FunctionStep): boolean => name === 'identity';

export const FUNCTION_STEPS: StepDescriptions<FunctionStep> = {
  function: {
    ...NUMERIC_TRANSFORMER,
    needs: (step, width, out) =>
      isIdentity(step) ? (out ?? needsAlike(width, FREE)) : needsElementwise(width, out),
    width: 'kept',
    types: (step, input) => (isIdentity(step) ? input : input.map(() => 'number')),
    rounding: (step) => (isIdentity(step) ? 'none' : 'link'),
  },
};
