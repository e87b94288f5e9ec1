import { type MemberOf, membersRounding } from './ensemble.ts';
import type { SimpleImputerStep } from './imputation.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** One turn of the imputation, for the rows that miss a value in `column`. Columns are those that `initial` keeps. */
export interface ImputationTurnOf<S> {
  readonly column: number;
  /** What `member` sees, in its order. */
  readonly neighbors: readonly number[];
  readonly member: MemberOf<S>;
  readonly low: number;
  readonly high: number;
}

/**
 * Chained equations (S. van Buuren, K. Groothuis-Oudshoorn, mice, 2011): missing cells are filled by `initial`, then
 * turn by turn by `min(max(member(x[neighbors]), low), high)` of what the row has come to; the indicators of `initial`
 * come last. scikit-learn leaves out the turns where no row of a batch has any value: rows without one are refused, for
 * what they get depends on the others.
 */
export interface IterativeImputerOf<S> extends StepBase {
  readonly kind: 'iterative-imputer';
  readonly initial: SimpleImputerStep & S;
  readonly turns: readonly ImputationTurnOf<S>[];
  /** Columns without a value at fit that are kept: what `initial` puts there counts as a value. */
  readonly settled: readonly number[];
}

export const iterativeImputationSteps = <S extends StepBase>(): StepDescriptions<
  IterativeImputerOf<S>,
  S
> => ({
  'iterative-imputer': {
    ...NUMERIC_TRANSFORMER,
    needs: ({ initial }, width, _out, nested) => nested.needs(initial, width, null),
    width: ({ initial }, input, nested) => nested.width(initial, input),
    rounding: ({ turns }, nested) =>
      membersRounding(
        turns.map(({ member }) => member),
        nested,
      ),
    parts: ({ initial }) => [{ name: 'initial_imputer_', step: initial }],
  },
});
