import { constants, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type KerasBackend, kerasBackend } from '../../config/keras-backend.ts';
import { elementAt } from '../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import type { CallSpec } from '../../engine/python/messages.ts';
import { openFile } from '../../files/file-source.ts';
import type { PythonDemands, PythonPermission } from '../../python/demands.ts';
import { digestFileSync } from '../bundle.ts';
import { digestOfModelFile, identityOf, type SideFile } from '../digest.ts';
import type { Runtime } from '../version.ts';
import { filesBelow, isFile, isFolder } from './folder.ts';
import type { ModelSource } from './model-source.ts';
import { isWhole } from './script.ts';
import { requirementsAt, smallText } from './small-text.ts';

/**
 * Everything that a version with Python is made of, before it is proved. What lies below `original/` in its bundle: the model
 * below `model/`, modules and script below `code/`, `requirements.txt` as it was given, and `python.json`, what else was
 * said. The digest over all of these names the bundle, so that the same push is known again without resolving anything;
 * `requirements.lock` is resolved once, when it is proved, and kept beside them.
 */
export interface PythonAssembly {
  /** In the order of their paths; the first one that is part of the model leads. */
  readonly files: readonly AssembledFile[];
  readonly leading: AssembledFile;
  /** What names the bundle. */
  readonly digest: string;
  readonly size: number;
  /** Relative to `original/`. */
  readonly model: string | null;
  readonly code: readonly string[];
  readonly script: string | null;
  readonly options: AssemblyOptions;
  readonly requirements: { readonly path: string; readonly text: string } | null;
}

export interface AssembledFile {
  /** Relative to `original/`. */
  readonly path: string;
  /** Where it comes from; null where `text` is all of it. */
  readonly from: string | null;
  readonly text: string;
  readonly digest: string;
}

/** What is said beside the files, and changes what the version does. */
export interface AssemblyOptions {
  /** Version of Python that is wanted. */
  readonly python: string | null;
  readonly allow: readonly PythonPermission[];
  /** Name of the script; the same file as a module is another version. */
  readonly script: string | null;
  readonly format: string | null;
  readonly call: CallSpec | null;
  /** Whether the script is to go around the compiled model, where that compiles. */
  readonly around: boolean;
  /** Backend of Keras that the environment asks for; absent where it asks for none, or nothing of Keras is at hand. */
  readonly backend?: KerasBackend;
}

export const LOCK = 'requirements.lock';
const MODEL_LIMITS = { files: 10_000, bytes: 64 * 2 ** 30 };
const CODE_LIMITS = { files: 1000, bytes: 64 * 2 ** 20 };
const SCRIPT_BYTES = 2 ** 20;
/** What can be imported by its own name. */
const MODULE = /^[A-Za-z_][A-Za-z0-9_]*(?:\.py)?$/;
const NATIVE_MODULE = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*\.so$/;

type Listed = readonly { readonly path: string; readonly from: string }[];

/** Finds and hashes all that belongs to a version. Errors: CODE_INVALID, SAVED_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE. */
export async function assemblePythonVersion(
  source: ModelSource,
  demands: PythonDemands,
  runtime: Runtime | null,
): Promise<PythonAssembly> {
  const script = demands.script ?? source.script;
  const model = modelFiles(source);
  const code = codeFiles([...source.code, ...demands.code], script);
  const requirements =
    demands.requirements === null ? source.requirements : requirementsAt(demands.requirements);
  const options: AssemblyOptions = {
    python: demands.python ?? source.python,
    allow: [...new Set(demands.allow)].sort(),
    script: script === null ? null : basename(script),
    format: source.format,
    call: source.call,
    around: source.data !== null && script !== null && goesAround(script, runtime),
    ...(await backendFor(source, script)),
  };
  const texts = [
    ...(requirements === null ? [] : [{ path: 'requirements.txt', text: requirements.text }]),
    { path: 'python.json', text: `${JSON.stringify(options, null, 2)}\n` },
  ];
  const files: AssembledFile[] = [];
  for (const { path, from } of [...model.files, ...code])
    files.push({ path, from, text: '', digest: await digestOfModelFile(from) });
  for (const { path, text } of texts) files.push({ path, from: null, text, digest: sha256Hex(text) });
  const leading = elementAt(files, 0);
  const size = model.bytes;
  return {
    files,
    leading,
    digest: identityOf(leading.digest, sideFilesOf({ files })),
    size,
    model: model.path,
    code: [...(code.length > 0 ? ['code'] : []), ...source.modelCode.map((path) => `${model.path}/${path}`)],
    script: script === null ? null : `code/${basename(script)}`,
    options,
    requirements,
  };
}

/** KERAS_BACKEND counts for files of Keras, for folders of MLflow, and for scripts, which may load what they like. */
async function backendFor(
  { data, kind, format }: ModelSource,
  script: string | null,
): Promise<Pick<AssemblyOptions, 'backend'>> {
  const backend = kerasBackend(process.env);
  if (backend === null) return {};
  if (script !== null || kind === 'mlflow' || format === 'keras') return { backend };
  if (data === null || isFolder(data)) return {};
  const { detectFormat } = await import('../../reading/formats.ts');
  try {
    return detectFormat(openFile(data)).id.startsWith('keras') ? { backend } : {};
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return {};
  }
}

/** All but the file that leads, as manifests list them. */
export const sideFilesOf = ({ files }: Pick<PythonAssembly, 'files'>): readonly SideFile[] =>
  files.slice(1).map(({ path, digest }) => ({ name: path, digest }));

/** Where nothing is said, a script that predicts by itself is the model; one that does not goes around it. */
function goesAround(script: string, runtime: Runtime | null): boolean {
  if (runtime !== null) return runtime !== 'python';
  return !isWhole(smallText(script, SCRIPT_BYTES));
}

function modelFiles({ model, path }: ModelSource): { files: Listed; path: string | null; bytes: number } {
  if (model === null) return { files: [], path: null, bytes: 0 };
  if (!isFolder(model)) {
    const name = `model/${basename(resolve(model))}`;
    return { files: [{ path: name, from: model }], path: name, bytes: openFile(model).size };
  }
  const refuse = (problem: string): PlimsollError =>
    new PlimsollError('SAVED_INVALID', {
      path,
      problem,
      way: 'Copy the folder again, without what is named',
    });
  const files = filesBelow(model, MODEL_LIMITS, refuse);
  if (files.length === 0) throw refuse('there is no file in it');
  return {
    files: files.map((file) => ({ path: `model/${file.path}`, from: join(model, file.path) })),
    path: 'model',
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Files of modules and script, each below `code/` by its own name. */
function codeFiles(paths: readonly string[], script: string | null): Listed {
  const files: { path: string; from: string }[] = [];
  const taken = new Map<string, string>();
  for (const path of script === null ? paths : [script, ...paths]) {
    const from = resolve(path);
    const name = basename(from);
    const refuse = (reason: string): PlimsollError => new PlimsollError('CODE_INVALID', { path, reason });
    const before = taken.get(name);
    if (before === from) continue;
    if (before !== undefined) throw refuse(`"${before}" has the same name`);
    taken.set(name, from);
    files.push(...filesOf(from, name, path === script, refuse));
    if (files.length > CODE_LIMITS.files)
      throw refuse(`with it there are more than ${CODE_LIMITS.files} files`);
  }
  return files;
}

function filesOf(
  from: string,
  name: string,
  isScript: boolean,
  refuse: (reason: string) => PlimsollError,
): Listed {
  if (isFolder(from)) {
    if (isScript) throw refuse('it is a folder, a script was wanted');
    if (!MODULE.test(name)) throw refuse('a folder of that name is no package that can be imported');
    const inside = filesBelow(from, CODE_LIMITS, refuse);
    return inside.map(({ path }) => ({ path: `code/${name}/${path}`, from: join(from, path) }));
  }
  if (!isFile(from)) throw refuse('there is no such file or folder');
  const isModule = name.endsWith('.py') && (isScript || MODULE.test(name));
  if (!isModule && (isScript || !NATIVE_MODULE.test(name)))
    throw refuse('a file of that name is no module that can be imported');
  return [{ path: `code/${name}`, from }];
}

/** Copies everything below `original`. Throws FILE_CHANGED where a file is not what was hashed. */
export function stageFiles(assembly: PythonAssembly, original: string): void {
  for (const { path, from, text, digest } of assembly.files) {
    const target = join(original, path);
    mkdirSync(dirname(target), { recursive: true });
    if (from === null) writeFileSync(target, text);
    else copyFileSync(from, target, constants.COPYFILE_FICLONE);
    if (digestFileSync(target) !== digest) throw new PlimsollError('FILE_CHANGED', { path: from ?? path });
  }
}
