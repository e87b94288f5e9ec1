import type { ModelStep } from '../../model/step.ts';
import { stepUnsupported } from '../failure.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf } from './arrays.ts';

/**
 * Which estimators hand a sparse matrix on. Only XGBoost makes a difference: a cell that such a matrix does not store is
 * missing to it, while all others take it as the zero that it stands for.
 */

const ALWAYS = /\.(?:CountVectorizer|TfidfVectorizer|TfidfTransformer|HashingVectorizer|FeatureHasher)$/;
/** Of a sparse matrix these make one again. */
const KEEPS =
  /\.(?:StandardScaler|MaxAbsScaler|RobustScaler|Normalizer|Binarizer|SimpleImputer|FunctionTransformer|VarianceThreshold|PolynomialFeatures|Select\w+)$/;
/**
 * Which estimators of a file give a sparse matrix, of those that were read whole: each is looked into once for each kind of
 * input, for a file may share one among thousands.
 */
export class SparseOutputs {
  readonly #known = { sparse: new Map<PyValue, boolean>(), dense: new Map<PyValue, boolean>() };

  /** Whether what `value` transforms comes out sparse, where what goes in is sparse or not. */
  of(value: PyValue, isSparse: boolean): boolean {
    if (value === null || value === 'passthrough') return isSparse;
    if (!isType(value, 'object')) return false;
    const known = this.#known[isSparse ? 'sparse' : 'dense'];
    const found = known.get(value);
    if (found !== undefined) return found;
    known.set(value, false);
    const gives = this.#look(value, isSparse);
    known.set(value, gives);
    return gives;
  }

  #look(value: PyObject, isSparse: boolean): boolean {
    const [name, state] = [className(value), objectState(value)];
    if (ALWAYS.test(name)) return true;
    if (KEEPS.test(name)) return isSparse;
    if (/\.(?:OneHotEncoder|DictVectorizer)$/.test(name))
      // `sparse` up to 1.1.
      return (state.get('sparse_output') ?? state.get('sparse')) !== false;
    if (name.endsWith('.SplineTransformer')) return state.get('sparse_output') === true;
    if (name.endsWith('.RandomTreesEmbedding')) return state.get('sparse_output') !== false;
    if (name.endsWith('.KBinsDiscretizer')) return state.get('encode') === 'onehot';
    // Decided at fit, by how many cells are zero.
    if (name.endsWith('.ColumnTransformer')) return state.get('sparse_output_') === true;
    if (name.endsWith('.FeatureUnion'))
      return estimatorsOf(state.get('transformer_list')).some(
        (inner) => inner !== null && inner !== 'drop' && this.of(inner, isSparse),
      );
    if (name.endsWith('.Pipeline'))
      return estimatorsOf(state.get('steps')).reduce<boolean>(
        (sparse, inner) => this.of(inner, sparse),
        isSparse,
      );
    return false;
  }
}

/** The estimators of `(name, estimator)` tuples. */
const estimatorsOf = (value: PyValue | undefined): readonly PyValue[] =>
  (arrayItemsOf(value ?? null) ?? []).map((entry) => arrayItemsOf(entry)?.[1] ?? null);

/** Whether it may store zeros: signs of hashed terms cancel. */
function storesZeros(step: ModelStep): boolean {
  switch (step.kind) {
    case 'hashing-vectorizer':
      return step.signed && !step.binary;
    case 'pipeline':
      return step.steps.some((inner) => storesZeros(inner.step));
    case 'feature-union':
    case 'column-transformer':
      return step.branches.some((branch) => branch.step !== null && storesZeros(branch.step));
    default:
      return false;
  }
}

/** The step where what those before it give is sparse: to trees of XGBoost zeros are missing, where nobody stores them. */
export function withSparseInput(step: ModelStep, before: readonly ModelStep[]): ModelStep {
  if (step.kind === 'quantile-transformer')
    throw stepUnsupported(
      step.origin,
      'the input',
      'a sparse matrix, whose zeros stay',
      'dense matrices are',
    );
  if (step.kind !== 'tree-ensemble' || !step.origin.class.startsWith('xgboost.')) return step;
  if (before.some(storesZeros))
    throw stepUnsupported(
      step.origin,
      'alternate_sign',
      'True, whose zeros are no missing cells to XGBoost',
      'False is',
    );
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
