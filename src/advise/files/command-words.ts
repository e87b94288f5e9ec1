/** Words of commands about the model of a blueprint. Pure. */
import { shellWord } from '../../text/shell.ts';
import type { BlueprintModel } from './blueprint.ts';

/** A command of this program. */
export const plimsoll = (...words: readonly string[]): string =>
  ['plimsoll', ...words.map(shellWord)].join(' ');

/** What a command that takes a model is given: the file, or the version with the data folder that has it. */
export const modelWords = (model: BlueprintModel): readonly string[] =>
  model.kind === 'file' ? [model.path, ...model.flags] : [modelReference(model), '--data', model.data];

/** `churn@3`, or the path of the file. */
export const modelReference = (model: BlueprintModel): string =>
  model.kind === 'file' ? model.path : `${model.name}@${model.version}`;

/** Its number where it is served: a file becomes the first. */
export const versionNumber = (model: BlueprintModel): number => (model.kind === 'file' ? 1 : model.version);

/** The setting of `serve` that names the data folder, where a version is in one. */
export const dataSetting = (model: BlueprintModel): { readonly data?: string } =>
  model.kind === 'file' ? {} : { data: model.data };
