import type { ModelStep } from '../../model/step.ts';
import { stepUnsupported } from '../failure.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf } from './arrays.ts';

/**
 * Which estimators hand a sparse matrix on. Only XGBoost makes a difference: a cell that such a matrix does not store is
 * missing to it, while all others take it as the zero that it stands for.
 */

const ALWAYS = /\.(?:CountVectorizer|TfidfVectorizer|TfidfTransformer|HashingVectorizer|FeatureHasher)$/;
/** Of a sparse matrix these make one again. */
const KEEPS =
  /\.(?:StandardScaler|MaxAbsScaler|RobustScaler|Normalizer|Binarizer|SimpleImputer|FunctionTransformer|VarianceThreshold|PolynomialFeatures|Select\w+)$/;
/** Pipelines in pipelines; a file may nest them in themselves. */
const MAX_DEPTH = 64;

/** Whether what `value` transforms comes out sparse, where what goes in is sparse or not. */
export function givesSparse(value: PyValue, isSparse: boolean, depth = 0): boolean {
  if (value === null || value === 'passthrough') return isSparse;
  if (!isType(value, 'object') || depth > MAX_DEPTH) return false;
  const [name, state] = [className(value), objectState(value)];
  if (ALWAYS.test(name)) return true;
  if (KEEPS.test(name)) return isSparse;
  if (/\.(?:OneHotEncoder|DictVectorizer)$/.test(name))
    // `sparse` up to 1.1.
    return (state.get('sparse_output') ?? state.get('sparse')) !== false;
  if (name.endsWith('.KBinsDiscretizer')) return state.get('encode') === 'onehot';
  // Decided at fit, by how many cells are zero.
  if (name.endsWith('.ColumnTransformer')) return state.get('sparse_output_') === true;
  if (name.endsWith('.FeatureUnion'))
    return estimatorsOf(state.get('transformer_list')).some(
      (inner) => inner !== null && inner !== 'drop' && givesSparse(inner, isSparse, depth + 1),
    );
  if (name.endsWith('.Pipeline'))
    return estimatorsOf(state.get('steps')).reduce<boolean>(
      (sparse, inner) => givesSparse(inner, sparse, depth + 1),
      isSparse,
    );
  return false;
}

/** The estimators of `(name, estimator)` tuples. */
const estimatorsOf = (value: PyValue | undefined): readonly PyValue[] =>
  (arrayItemsOf(value ?? null) ?? []).map((entry) => arrayItemsOf(entry)?.[1] ?? null);

/** The step where its input is sparse: to trees of XGBoost zeros are missing, for nobody stores them. */
export function withSparseInput(step: ModelStep): ModelStep {
  if (step.kind !== 'tree-ensemble' || !step.origin.class.startsWith('xgboost.')) return step;
  const { missingNumber = 0 } = step;
  if (missingNumber !== 0)
    throw stepUnsupported(
      step.origin,
      'missing',
      `${missingNumber} behind a step that gives a sparse matrix`,
      'NaN and 0 are',
    );
  return { ...step, missingNumber };
}
