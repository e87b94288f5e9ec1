import type { PmmlPredicate } from '../../../model/pmml/program.ts';
import type { PmmlState } from './state.ts';

/** True, false, or null where a value that decides is missing. */
export type PmmlTruth = boolean | null;
export type PmmlTest = () => PmmlTruth;

export function preparePredicate(state: PmmlState, predicate: PmmlPredicate): PmmlTest {
  switch (predicate.kind) {
    case 'constant': {
      const { value } = predicate;
      return () => value;
    }
    case 'missing': {
      const { field, wanted } = predicate;
      return () => (state.field(field) === null) === wanted;
    }
    case 'compare':
      return prepareComparison(state, predicate);
    case 'set': {
      const { field, wanted } = predicate;
      const values = new Set(predicate.values);
      return () => {
        const x = state.field(field);
        return x === null ? null : values.has(x) === wanted;
      };
    }
    case 'compound':
      return prepareCompound(state, predicate);
  }
}

type Comparison = Extract<PmmlPredicate, { kind: 'compare' }>;

function prepareComparison(state: PmmlState, { field, operator, value }: Comparison): PmmlTest {
  const ordered = (holds: (x: number, threshold: number) => boolean): PmmlTest => {
    const threshold = Number(value);
    return () => {
      const x = state.number(field);
      return x === null ? null : holds(x, threshold);
    };
  };
  switch (operator) {
    case 'equal':
    case 'notEqual': {
      const wanted = operator === 'equal';
      return () => {
        const x = state.field(field);
        return x === null ? null : (x === value) === wanted;
      };
    }
    case 'lessThan':
      return ordered((x, threshold) => x < threshold);
    case 'lessOrEqual':
      return ordered((x, threshold) => x <= threshold);
    case 'greaterThan':
      return ordered((x, threshold) => x > threshold);
    case 'greaterOrEqual':
      return ordered((x, threshold) => x >= threshold);
  }
}

type Compound = Extract<PmmlPredicate, { kind: 'compound' }>;

function prepareCompound(state: PmmlState, { operator, predicates }: Compound): PmmlTest {
  const tests = predicates.map((predicate) => preparePredicate(state, predicate));
  switch (operator) {
    case 'and':
      return () => allOf(tests, false);
    case 'or':
      return () => allOf(tests, true);
    case 'xor':
      return () => {
        let odd = false;
        for (const test of tests) {
          const truth = test();
          if (truth === null) return null;
          odd = odd !== truth;
        }
        return odd;
      };
    case 'surrogate':
      return () => {
        for (const test of tests) {
          const truth = test();
          if (truth !== null) return truth;
        }
        return null;
      };
  }
}

/** Kleene's logic: `decides` as soon as one test is, else unknown where one is unknown. */
function allOf(tests: readonly PmmlTest[], decides: boolean): PmmlTruth {
  let unknown = false;
  for (const test of tests) {
    const truth = test();
    if (truth === decides) return decides;
    if (truth === null) unknown = true;
  }
  return unknown ? null : !decides;
}
