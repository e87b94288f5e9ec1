import type { ModelDescription, ReadNote } from '../../model/description.ts';
import { contentOrBlocker } from '../content-or-blocker.ts';
import type { ObjectFile } from '../object-file.ts';
import type { JoinedModel } from '../parts/join.ts';
import { frameworkOf } from './framework.ts';
import { outlineOf } from './outline.ts';
import { describeEstimator, joinMembers } from './parts.ts';

/**
 * What a pickle or joblib file holds, as a neutral description. Everything that can't be evaluated is listed in
 * `blockers` (all of them, in one pass); outline, globals and notes are there in any case.
 * `member` names the model in a file that holds several things. Throws MODEL_INVALID where the state contradicts itself.
 */
export function describeSklearn(file: ObjectFile, member: string | null = null): ModelDescription {
  const alone = { joined: null, leads: 1, ways: [] };
  const model = joinMembers(file, member) ?? { ...describeEstimator(file, file.root, ''), ...alone };
  return {
    format: file.format,
    compression: file.compression,
    ...describeJoined(model, file),
    framework: model.outline === null ? frameworkOf(file.root) : model.framework,
    outline: model.outline ?? outlineOf(file.root),
  };
}

/** The rest of a description, which is the same wherever the parts of a model come from. */
export function describeJoined(
  { step, blockers, notes, joined, framework, outline }: JoinedModel,
  file: Pick<ModelDescription, 'globals' | 'notes'>,
): Omit<ModelDescription, 'format' | 'compression'> {
  return {
    framework,
    outline,
    globals: file.globals,
    notes: dedupe([...file.notes, ...notes]),
    ...(joined === null ? {} : { joined }),
    ...(step === null ? { blockers, content: null } : contentOrBlocker(() => step)),
  };
}

const dedupe = (notes: readonly ReadNote[]): readonly ReadNote[] =>
  notes.filter((note, i) => notes.findIndex((other) => other.text === note.text) === i);
