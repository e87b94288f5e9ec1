import type { ColumnExpression } from '../../model/arithmetic.ts';
import { type FunctionName, SCIPY_FUNCTIONS } from '../../model/function.ts';
import type { ModelStep } from '../../model/step.ts';
import { columnSources } from '../column-sources.ts';

/** One column on its way to the predictor. */
export interface ColumnChain {
  /** Column of the model that it is made of; -1 where it is made of several or none. */
  readonly source: number;
  /** Whether it never falls or never rises as its source rises. */
  readonly isMonotone: boolean;
  /** Whether it is its source times a number and another number added. */
  readonly isAffine: boolean;
}

/** Functions that never fall, or never rise, where they are defined. */
const MONOTONE: ReadonlySet<FunctionName> = new Set<FunctionName>([
  ...(['identity', 'log1p', 'log', 'log2', 'log10', 'exp', 'exp2', 'expm1', 'sqrt', 'cbrt', 'sign'] as const),
  ...([
    'negative',
    'positive',
    'floor',
    'ceil',
    'trunc',
    'rint',
    'tanh',
    'arcsin',
    'arctan',
    'sinh',
  ] as const),
  ...(['arcsinh', 'arccosh', 'arctanh', 'deg2rad', 'rad2deg'] as const),
  ...SCIPY_FUNCTIONS,
]);
const AFFINE: ReadonlySet<FunctionName> = new Set<FunctionName>(['identity', 'negative', 'positive']);

/** How the columns that a step gives follow those that it is given. */
export function columnChains(step: ModelStep, given: readonly ColumnChain[]): readonly ColumnChain[] {
  switch (step.kind) {
    case 'pipeline':
      return step.steps.reduce((chains, { step: inner }) => columnChains(inner, chains), given);
    case 'column-transformer':
      return step.branches.flatMap(({ columns, step: inner }) => {
        const chosen = columns.map((column) => given[column] ?? NONE);
        return inner === null ? chosen : columnChains(inner, chosen);
      });
    case 'feature-union':
      return step.branches.flatMap(({ step: inner }) => columnChains(inner, given));
    case 'standard-scaler':
    case 'robust-scaler':
      return given;
    case 'min-max-scaler':
      return step.clip === null ? given : given.map(bent);
    case 'max-abs-scaler':
      return step.clip ? given.map(bent) : given;
    case 'simple-imputer': {
      const filled = step.missing.kind === 'number' ? given.map(lost) : given;
      return [
        ...filled.filter((_, k) => step.fill[k] !== null),
        ...step.indicators.map((k) => bent(filled[k] ?? NONE)),
      ];
    }
    case 'function': {
      if (AFFINE.has(step.function)) return given;
      return given.map(MONOTONE.has(step.function) ? bent : lost);
    }
    case 'one-hot':
    case 'category-table':
      return step.columns.flatMap(({ width }, k) =>
        Array.from({ length: width }, () => lost(given[k] ?? NONE)),
      );
    case 'arithmetic':
      return step.columns.map((expression) => expressionChain(expression, given));
    case 'label-encoder':
    case 'value-domain':
      return given.map(lost);
    default:
      return columnSources(step, given.length).map((columns) =>
        columns.length === 1 ? lost(given[columns[0] ?? 0] ?? NONE) : NONE,
      );
  }
}

const NONE: ColumnChain = { source: -1, isMonotone: false, isAffine: false };
const CONSTANT: ColumnChain = { source: -1, isMonotone: true, isAffine: true };
const bent = (chain: ColumnChain): ColumnChain => ({ ...chain, isAffine: false });
const lost = ({ source }: ColumnChain): ColumnChain => ({ source, isMonotone: false, isAffine: false });

function expressionChain(expression: ColumnExpression, given: readonly ColumnChain[]): ColumnChain {
  switch (expression.kind) {
    case 'column':
      return given[expression.column] ?? NONE;
    case 'constant':
      return CONSTANT;
    case 'clip':
    case 'interval':
      return bent(expressionChain(expression.of, given));
    case 'function': {
      const of = expressionChain(expression.of, given);
      if (AFFINE.has(expression.function)) return of;
      return MONOTONE.has(expression.function) ? bent(of) : lost(of);
    }
    case 'operation': {
      const [left, right] = [
        expressionChain(expression.left, given),
        expressionChain(expression.right, given),
      ];
      const [one, isLeft] = expression.right.kind === 'constant' ? [left, true] : [right, false];
      if (expression.left.kind !== 'constant' && expression.right.kind !== 'constant') return NONE;
      if (expression.operator === 'power' || (expression.operator === 'divide' && !isLeft)) return lost(one);
      return expression.operator === 'minimum' || expression.operator === 'maximum' ? bent(one) : one;
    }
    default:
      return NONE;
  }
}
