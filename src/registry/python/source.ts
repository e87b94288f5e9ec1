import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { newestText, type VersionFolders, versionFoldersIn } from '../../config/version-folders.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { filesBelow, isFile, isFolder } from './folder.ts';
import { bareSource, MLMODEL, type ModelSource, SAVED } from './model-source.ts';
import { requirementsAt } from './small-text.ts';

/** What a command says itself; it goes before what a folder brings. */
export interface GivenBeside {
  readonly golden?: string | null | undefined;
  readonly reference?: string | null | undefined;
}

/** What a SavedModel of TensorFlow is known by; its variables lie below. */
export const SAVED_MODEL = 'saved_model.pb';
const SCRIPTS = ['code/inference.py', 'inference.py'] as const;
const SCRIPT_FOLDER = { files: 1000, bytes: 4 * 2 ** 30 };
/** What lies in such a folder and is no model. */
const BESIDE = /^(?:readme|license|requirements|conda|python_env|golden|reference)\b|\.(?:py|md|txt|ya?ml)$/i;

/** Whether a folder is one model, and not a folder of models. */
export const isModelFolder = (path: string): boolean =>
  isFolder(path) && [SAVED, MLMODEL, SAVED_MODEL, ...SCRIPTS].some((name) => existsSync(join(path, name)));

/**
 * What a FILE is: a file, a folder that `plimsoll.save` or MLflow wrote, one with a script beside a model, or one of files that
 * are parts of a model. Nothing is executed. Errors: SAVED_INVALID, FILE_UNREADABLE (a folder that is none of these), READ_*.
 */
export async function readSource(path: string): Promise<ModelSource> {
  if (!isFolder(path)) return bareSource(path);
  if (existsSync(join(path, SAVED))) return (await import('./saved.ts')).readSaved(path);
  if (existsSync(join(path, MLMODEL))) return (await import('./mlflow.ts')).readMlflow(path);
  const script = SCRIPTS.find((name) => isFile(join(path, name)));
  if (script !== undefined) return scriptFolder(path, script);
  if (isFile(join(path, SAVED_MODEL)))
    return { ...bareSource(path), kind: 'saved-model', data: join(path, SAVED_MODEL) };
  const versions = versionFoldersIn(path);
  if (versions !== null) return newestOf(path, versions);
  const { partFilesIn } = await import('../../files/part-files.ts');
  if (partFilesIn(path).length > 0) return partsFolder(path);
  const reason = `it is a folder without ${SAVED}, ${MLMODEL}, ${SAVED_MODEL}, inference.py or model files`;
  throw new PlimsollError('FILE_UNREADABLE', { path, reason });
}

/** The newest version in the layout of TensorFlow Serving, which serves that one too. */
function newestOf(path: string, versions: VersionFolders): ModelSource {
  const { newest } = versions;
  const source = bareSource(newest);
  return {
    ...source,
    kind: 'saved-model',
    path,
    data: join(newest, SAVED_MODEL),
    origin: newestText(versions),
  };
}

/** Files that are parts of one model, and perhaps golden rows. */
function partsFolder(path: string): ModelSource {
  const golden = join(path, 'golden.json');
  return { ...bareSource(path), kind: 'parts', golden: isFile(golden) ? golden : null };
}

/** SageMaker's layout: a model, and `code/` with the script, modules and requirements. */
function scriptFolder(path: string, script: string): ModelSource {
  const refuse = (problem: string): PlimsollError =>
    new PlimsollError('SAVED_INVALID', { path, problem, way: 'Leave one model file beside the script' });
  const files = filesBelow(path, SCRIPT_FOLDER, refuse).map((file) => file.path);
  const models = files.filter((name) => !name.includes('/') && !BESIDE.test(name));
  if (models.length > 1) throw refuse(`beside the script there are ${models.join(', ')}: one is wanted`);
  const folder = script.startsWith('code/') ? join(path, 'code') : path;
  const names = script.startsWith('code/')
    ? files.filter((name) => name.startsWith('code/')).map((name) => elementAt(name.split('/'), 1))
    : files.filter((name) => !name.includes('/') && extname(name) === '.py');
  const code = [...new Set(names)].filter((name) => name !== 'inference.py' && !/\.txt$/.test(name));
  const requirements = ['code/requirements.txt', 'requirements.txt'].find((name) => files.includes(name));
  const model = models[0] === undefined ? null : join(path, models[0]);
  return {
    ...bareSource(path),
    kind: 'script',
    data: model,
    model,
    code: code.map((name) => join(folder, name)),
    script: join(path, script),
    requirements: requirements === undefined ? null : requirementsAt(join(path, requirements)),
    golden: ['golden.json'].filter((name) => files.includes(name)).map((name) => join(path, name))[0] ?? null,
  };
}
