import type { ReadNote } from '../../model/description.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { toText } from './arrays.ts';
import { releaseOf } from './state.ts';

/** Values looked at; a larger file is judged by its beginning. */
const MAX_VISITS = 200_000;

/** Attributes that keep rows of the training data (or what can be traced back to them) in the file. */
const KEPT_DATA: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  labels_: 'the cluster of every training row',
  oob_prediction_: 'an answer for every training row',
  oob_decision_function_: 'an answer for every training row',
  train_score_: '',
  stop_words_:
    'every term that was cut from the vocabulary, which scikit-learn up to 1.5 kept although nothing uses it',
  _fit_X: 'the training rows',
  support_vectors_: 'training rows (the support vectors)',
  X_train_: 'the training rows',
  X_: 'the training rows',
  transduction_: 'a label for every training row',
  negative_outlier_factor_: 'a score of every training row',
  cv_results_: '',
});

/** Fitted arrays that keep the precision of the training data. */
const PRECISE = ['coef_', 'components_', 'cluster_centers_', 'feature_log_prob_', 'statistics_'];

/** Whether the estimator was fitted on float32 numbers, which scikit-learn then goes on computing in. */
const isSingle = (state: ReadonlyMap<string, PyValue>): boolean =>
  PRECISE.some((name) => {
    const value = state.get(name);
    return isType(value, 'array') && value.dtype.code === 'f' && value.dtype.itemSize < 8;
  });

/** Remarks on a file: releases that differ, private training data, drawn random states. */
export function notesOn(root: PyValue): readonly ReadNote[] {
  const releases = new Set<string>();
  const kept = new Map<string, string>();
  const single = new Set<string>();
  let randomness = false;
  for (const object of objectsIn(root)) {
    const state = objectState(object);
    const release = releaseOf(state);
    if (release !== null) releases.add(release.text);
    for (const [name, what] of Object.entries(KEPT_DATA)) {
      if (what !== '' && state.has(name)) kept.set(`${shortName(object)}.${name}`, what);
    }
    if (object.cls.module.startsWith('numpy.random.')) randomness = true;
    if (isSingle(state)) single.add(shortName(object));
  }
  const notes: ReadNote[] = [];
  if (releases.size > 1) {
    notes.push({
      level: 'warning',
      text: `Parts of the file were written by different releases of scikit-learn: ${[...releases].sort().join(', ')}`,
    });
  }
  if (single.size > 0) {
    notes.push({
      level: 'warning',
      text: `Fitted on float32 numbers: ${[...single].sort().join(', ')}. scikit-learn then computes partly in float32, Plimsoll in float64 throughout, so answers may differ from about the seventh digit on`,
    });
  }
  for (const [name, what] of kept) notes.push({ level: 'risk', text: `The file keeps ${what} in ${name}` });
  if (randomness)
    notes.push({
      level: 'info',
      text: 'The file holds random generators; no answer depends on them, so they are ignored',
    });
  return notes;
}

const shortName = (object: PyObject): string => className(object).split('.').at(-1) ?? '';

/** Every object record reachable from the root, each once. */
function* objectsIn(root: PyValue): Generator<PyObject> {
  const seen = new Set<PyValue>();
  const pending: PyValue[] = [root];
  for (let value = pending.pop(); value !== undefined && seen.size < MAX_VISITS; value = pending.pop()) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value))
      continue;
    seen.add(value);
    if (value.type === 'object') {
      yield value;
      pushAll(pending, objectState(value).values());
      pushAll(pending, value.items);
    } else if (value.type === 'dict' && !isVocabulary(value.entries)) {
      for (const [, item] of value.entries) pushAll(pending, [item]);
    } else if (value.type === 'list' || value.type === 'tuple') pushAll(pending, value.items);
    else if (value.type === 'array' && !(value.data instanceof Uint8Array)) pushAll(pending, value.data);
  }
}

const isVocabulary = (entries: readonly (readonly [PyValue, PyValue])[]): boolean =>
  entries.length > 1000 && toText(entries[0]![0]) !== null && !isType(entries[0]![1], 'object');

/** One by one: a file may hold more items than a call takes arguments. */
function pushAll(pending: PyValue[], items: Iterable<PyValue>): void {
  for (const item of items) if (typeof item === 'object' && item !== null) pending.push(item);
}
