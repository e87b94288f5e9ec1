import type { OutlineNode } from '../../model/description.ts';
import { boosterTextParams } from '../lightgbm/outline.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toText } from './arrays.ts';
import { show } from './show.ts';

/** Nodes of an outline; a file with more is cut, which the outline says. */
const MAX_NODES = 500;
const MAX_DEPTH = 32;
/** Parameters named of one node. */
const MAX_PARAMS = 40;

/** Parameters that say nothing about the answers. */
const DULL = new Set([
  'copy',
  'copy_X',
  'copy_x',
  'verbose',
  'n_jobs',
  'warm_start',
  'random_state',
  'memory',
  'error_score',
  'pre_dispatch',
  'return_train_score',
  'cv',
  'scoring',
  'verbose_feature_names_out',
  'transform_input',
  'base_estimator',
  'estimator',
  'estimator_params',
  'accept_sparse',
  'check_inverse',
  'inverse_func',
  'inv_kw_args',
  'feature_names_out',
  'feature_name_combiner',
  'tol',
  'max_iter',
  'intercept_scaling',
  'dual',
  'force_int_remainder_cols',
  'fit_intercept',
  'shuffle',
  'validation_fraction',
  'n_iter_no_change',
  'precompute',
  'selection',
  'stop_words',
  'vocabulary',
  'sparse',
  'sparse_output',
  'sparse_threshold',
]); // prettier-ignore

/** Attributes that hold named parts: `(name, part, …)` tuples; the path says `transformers` for `transformers_`. */
const NAMED: readonly (readonly [attribute: string, path: string])[] = [
  ['steps', 'steps'],
  ['transformers_', 'transformers'],
  ['transformer_list', 'transformer_list'],
];
/** Attributes that hold one part. */
const SINGLE = ['best_estimator_', 'init_', '_tfidf', '_preprocessor', 'estimator_', '_Booster'];

/** The tree of estimators in a file, whatever they are: also classes that nothing here reads. */
export function outlineOf(root: PyValue, path = ''): OutlineNode | null {
  const budget = { left: MAX_NODES };
  return isType(root, 'object') ? nodeOf(root, path, budget, 0) : null;
}

function nodeOf(object: PyObject, path: string, budget: { left: number }, depth: number): OutlineNode {
  budget.left -= 1;
  const state = objectState(object);
  const children: OutlineNode[] = [];
  for (const [childPath, child] of depth < MAX_DEPTH ? partsOf(state) : []) {
    if (budget.left <= 0) break;
    children.push(nodeOf(child, path === '' ? childPath : `${path}.${childPath}`, budget, depth + 1));
  }
  return { path, class: className(object), offset: object.offset, params: paramsOf(state), children };
}

function partsOf(state: ReadonlyMap<string, PyValue>): readonly (readonly [string, PyObject])[] {
  const parts: (readonly [string, PyObject])[] = [];
  for (const [attribute, path] of NAMED) {
    for (const entry of arrayItemsOf(state.get(attribute)) ?? []) {
      const [name, part] = arrayItemsOf(entry) ?? [];
      const text = toText(name);
      if (text !== null && isType(part, 'object')) parts.push([`${path}.${text}`, part]);
      if (parts.length > MAX_NODES) return parts;
    }
  }
  for (const attribute of SINGLE) {
    const part = state.get(attribute);
    // `estimator_` of a forest is the unfitted template of its trees.
    if (isType(part, 'object') && !(attribute === 'estimator_' && state.has('estimators_')))
      parts.push([attribute, part]);
  }
  return parts;
}

/** Constructor parameters (public, not fitted) with short values, and how many trees there are. */
function paramsOf(state: ReadonlyMap<string, PyValue>): Readonly<Record<string, string>> {
  const booster = state.get('_handle') ?? state.get('handle');
  if (typeof booster === 'string') return boosterTextParams(booster);
  const params: [string, string][] = [];
  for (const [name, value] of state) {
    if (name.startsWith('_') || name.endsWith('_') || DULL.has(name) || value === null || !isShort(value))
      continue;
    params.push([name, show(value)]);
    if (params.length === MAX_PARAMS) break;
  }
  const count = arrayItemsOf(state.get('estimators_'))?.length;
  if (count !== undefined) params.push(['trees', String(count)]);

  return Object.fromEntries(params);
}

const isShort = (value: PyValue): boolean =>
  typeof value !== 'object' ||
  isType(value, 'int') ||
  isType(value, 'float') ||
  isType(value, 'scalar') ||
  isType(value, 'global') ||
  ((isType(value, 'tuple') || isType(value, 'list')) &&
    value.items.length <= 4 &&
    value.items.every((item) => typeof item !== 'object' || isType(item, 'int') || isType(item, 'float')));
