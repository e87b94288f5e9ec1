import type { ModelContent, ModelDescription, ReadNote, SourceFramework } from '../../model/description.ts';
import { signatureOfModel } from '../../model/signature-of.ts';
import type { ModelStep } from '../../model/step.ts';
import type { ObjectFile } from '../object-file.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { notesOn } from './notes.ts';
import { outlineOf } from './outline.ts';
import { type ChosenModel, chooseModel } from './parts.ts';
import { Reading } from './reading.ts';
import { readerOf } from './registry.ts';
import { releaseOf } from './state.ts';

/**
 * What a pickle or joblib file holds, as a neutral description. Everything that can't be evaluated is listed in
 * `blockers` (all of them, in one pass); outline, globals and notes are there in any case.
 * `member` names the model in a file that holds several things. Throws MODEL_INVALID where the state contradicts itself.
 */
export function describeSklearn(file: ObjectFile, member: string | null = null): ModelDescription {
  const reading = new Reading(readerOf, file.budget);
  const { root: value, notes } = modelIn(file.root, member, reading);
  // Where nobody can know what is meant there is nothing to read, and the file as a whole is told of.
  const root = reading.blockers.length > 0 ? null : reading.step(value, '');
  const content = root === null ? null : contentOf(reading, root);
  return {
    format: file.format,
    framework: frameworkOf(value),
    compression: file.compression,
    outline: outlineOf(value),
    globals: file.globals,
    notes: dedupe([...file.notes, ...notes, ...notesOn(value), ...reading.notes]),
    blockers: reading.blockers,
    content,
  };
}

function modelIn(root: PyValue, member: string | null, reading: Reading): ChosenModel {
  try {
    return chooseModel(root, member);
  } catch (error) {
    reading.record(error);
    return { root, notes: [] };
  }
}

function contentOf(reading: Reading, root: ModelStep): ModelContent | null {
  try {
    return { kind: 'steps', root, signature: signatureOfModel(root) };
  } catch (error) {
    reading.record(error);
    return null;
  }
}

/** scikit-learn by its module; its version from the root or the first estimator inside that has one. */
function frameworkOf(root: PyValue): SourceFramework {
  if (!isType(root, 'object')) return { name: 'python', version: null };
  const top = root.cls.module.split('.')[0] ?? '';
  const version = firstRelease(root, new Set());
  const name = top === 'sklearn' || version !== null ? 'scikit-learn' : top === '' ? 'python' : top;
  return { name, version };
}

/** Values in which a release is looked for: the estimators of a file come first in it. */
const MAX_LOOKS = 1000;
const LOOK = ['steps', 'transformers_', 'transformer_list', 'best_estimator_', 'estimator_'];

/** Each value is looked at once: lists of a file may hold themselves. */
function firstRelease(value: PyValue | undefined, seen: Set<PyValue>): string | null {
  if (value === undefined || seen.has(value) || seen.size > MAX_LOOKS) return null;
  if (typeof value === 'object' && value !== null) seen.add(value);
  if (isType(value, 'list') || isType(value, 'tuple')) {
    for (const item of value.items.slice(0, 100)) {
      const found = firstRelease(item, seen);
      if (found !== null) return found;
    }
  }
  if (!isType(value, 'object')) return null;
  const state = objectState(value);
  const own = releaseOf(state);
  if (own !== null && className(value).startsWith('sklearn.')) return own.text;
  for (const name of LOOK) {
    const found = firstRelease(state.get(name), seen);
    if (found !== null) return found;
  }
  return null;
}

const dedupe = (notes: readonly ReadNote[]): readonly ReadNote[] =>
  notes.filter((note, i) => notes.findIndex((other) => other.text === note.text) === i);
