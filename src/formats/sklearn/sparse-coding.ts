import type { SparseCodeStep, SparseCoding } from '../../model/sparse-coding.ts';
import { isType } from '../pickle/value.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Atoms of a pursuit, each a round of the graph, and atoms of a dictionary of which products are kept. */
const MAX_CHOSEN = 32;
const MAX_ATOMS = 2048;

/** SparseCoder, whose dictionary is a parameter, and DictionaryLearning. */
const readSparseCoder = (view: EstimatorView): SparseCodeStep => sparseCode(view, 'dictionary');
const readDictionaryLearning = (view: EstimatorView): SparseCodeStep => sparseCode(view, 'components_');

function sparseCode(view: EstimatorView, name: string): SparseCodeStep {
  const array = view.required(name);
  if (isType(array, 'array') && array.dtype.code === 'f' && array.dtype.itemSize < 8)
    throw view.unsupported(name, `${show(array)}, whose products are float32`, 'float64 is');
  const dictionary = view.matrix(name);
  if (dictionary.rows === 0 || dictionary.cols === 0)
    throw view.invalid(name, `${dictionary.rows}×${dictionary.cols}`, 'one atom or more');
  return {
    kind: 'sparse-code',
    ...view.base(dictionary.cols),
    dictionary,
    coding: codingOf(view, dictionary.rows, dictionary.cols),
    split: view.flag('split_sign', false),
  };
}

/** Paths of LARS and coordinate descent stop by tolerances of their own on the way. */
function codingOf(view: EstimatorView, atoms: number, features: number): SparseCoding {
  const algorithm = view.choice('transform_algorithm', ['threshold', 'omp'], 'omp');
  const positive = view.flag('positive_code', false);
  if (algorithm === 'threshold') return { kind: 'threshold', alpha: thresholdOf(view), positive };
  if (positive) throw view.unsupported('positive_code', "True with 'omp'", 'False is');
  const given = view.get('transform_n_nonzero_coefs');
  const chosen =
    given === undefined || given === null
      ? Math.trunc(Math.min(Math.max(features / 10, 1), atoms))
      : view.count('transform_n_nonzero_coefs');
  if (chosen === 0 || chosen > Math.min(atoms, MAX_CHOSEN) || atoms > MAX_ATOMS)
    throw view.unsupported(
      'transform_n_nonzero_coefs',
      `${chosen} of ${atoms} atoms`,
      `1 to ${MAX_CHOSEN} of up to ${MAX_ATOMS} are`,
    );
  return { kind: 'pursuit', atoms: chosen };
}

/** From 1.2 on the penalty of the training stands in for one that is not given. */
function thresholdOf(view: EstimatorView): number {
  if ((view.get('transform_alpha') ?? null) !== null) return view.number('transform_alpha');
  return view.since(1, 2) ? view.number('alpha', 1) : 1;
}

export const SPARSE_CODING_FAMILIES: readonly Family[] = [
  family('decomposition', readSparseCoder, 'SparseCoder'),
  family('decomposition', readDictionaryLearning, 'DictionaryLearning', 'MiniBatchDictionaryLearning'),
];
