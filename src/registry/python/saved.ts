import { join } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { SavedManifest } from '../../python/saved.ts';
import { digestOfModelFile } from '../digest.ts';
import { filesBelow, isBelow, isFolder } from './folder.ts';
import { type ModelSource, SAVED } from './model-source.ts';
import { parseSignature } from './signature-json.ts';
import { requirementsAt, smallText } from './small-text.ts';

const SCHEMA = 1;
const LIMITS = { files: 10_000, bytes: 64 * 2 ** 30 };
const MANIFEST_BYTES = 32 * 2 ** 20;

const AGAIN = 'Save the model again with plimsoll.save, and copy the folder as a whole';
const NEWER =
  'Update this program; or save the model with the Python package that it offers, at /clients/python/ of a running server';
const COPY = 'Copy the folder again, as a whole, from where it was saved';

/**
 * Reads a folder that `plimsoll.save` wrote, and checks every file in it against the manifest. Throws SAVED_INVALID with
 * what is wrong, and how to mend it.
 */
export async function readSaved(folder: string): Promise<ModelSource> {
  const refuse = refusal(folder);
  const manifest = parseSaved(parseJson(smallText(join(folder, SAVED), MANIFEST_BYTES), refuse), refuse);
  await checkFiles(folder, manifest, refuse);
  const at = (name: string): string => join(folder, name);
  const model = at(manifest.model.path);
  return {
    kind: 'saved',
    path: folder,
    data: isFolder(model) ? null : model,
    model,
    format: manifest.model.format,
    code: topOf(manifest.code).map(at),
    modelCode: [],
    script: null,
    requirements: requirementsAt(at(manifest.requirements)),
    python: manifest.python,
    golden: manifest.golden === null ? null : at(manifest.golden),
    reference: manifest.reference === null ? null : at(manifest.reference),
    signature: parseSignature(manifest.signature),
    modelClass: null,
    call: manifest.call,
    example: null,
    origin: null,
    notes: [],
  };
}

type Refuse = (problem: string, way?: string) => PlimsollError;

const refusal =
  (path: string): Refuse =>
  (problem, way = AGAIN) =>
    new PlimsollError('SAVED_INVALID', { path, problem, way });

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(`${SAVED} is no JSON: ${messageOf(cause)}`);
  }
}

/** Files and folders directly below `code/`, of files that are named one by one. */
function topOf(code: readonly string[]): readonly string[] {
  const tops = code.map((path) =>
    path
      .split('/')
      .slice(0, path.startsWith('code/') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(tops)];
}

/** Checks the shape of a parsed manifest; `refuse` makes the error. Pure but for it. */
function parseSaved(json: unknown, refuse: Refuse): SavedManifest {
  if (!isRecord(json)) throw refuse(`${SAVED} is no JSON object`);
  if (json['kind'] !== 'plimsoll-model')
    throw refuse(`"kind" in ${SAVED} is ${shown(json['kind'])}, "plimsoll-model" was wanted`);
  const schema = json['schema'];
  if (typeof schema === 'number' && schema > SCHEMA)
    throw refuse(`it has schema ${schema}, this release reads up to ${SCHEMA}`, NEWER);
  if (schema !== SCHEMA) throw refuse(`"schema" in ${SAVED} is ${shown(schema)}, ${SCHEMA} was wanted`);
  const wrong = (field: string, wanted: string, found: unknown): never => {
    throw refuse(`"${field}" in ${SAVED} is ${shown(found)}, ${wanted} was wanted`);
  };
  const text = (field: string, value: unknown): void => {
    if (typeof value !== 'string') wrong(field, 'text', value);
  };
  const below = (field: string, value: unknown): void => {
    if (typeof value !== 'string' || !isBelow(value)) wrong(field, 'a path inside the folder', value);
  };
  const { framework, model, call, golden, reference, code, files } = json;
  for (const field of ['created', 'plimsoll', 'python']) text(field, json[field]);
  if (!/^\d+\.\d+/.test(String(json['python']))) wrong('python', 'a version such as 3.11.7', json['python']);
  if (!isRecord(framework)) wrong('framework', 'an object', framework);
  else text('framework.name', framework['name']);
  if (!isRecord(model)) wrong('model', 'an object', model);
  else {
    below('model.path', model['path']);
    text('model.format', model['format']);
    text('model.class', model['class']);
  }
  if (!isRecord(call) || !CONTAINERS.has(call['container'])) wrong('call.container', 'a kind of rows', call);
  for (const [field, value] of Object.entries({ golden, reference })) if (value !== null) below(field, value);
  below('requirements', json['requirements']);
  if (!Array.isArray(code)) wrong('code', 'a list', code);
  else code.forEach((path, i) => void below(`code.${i}`, path));
  if (!Array.isArray(files) || files.length > LIMITS.files)
    wrong('files', `a list of up to ${LIMITS.files}`, files);
  else files.forEach((file, i) => checkEntry(file, `files.${i}`, below, wrong));
  return json as unknown as SavedManifest;
}

const CONTAINERS: ReadonlySet<unknown> = new Set(['frame', 'array', 'list', 'tensors']);

function checkEntry(
  file: unknown,
  field: string,
  below: (field: string, value: unknown) => void,
  wrong: (field: string, wanted: string, found: unknown) => never,
): void {
  if (!isRecord(file)) throw wrong(field, 'an object', file);
  below(`${field}.path`, file['path']);
  const { sha256, size } = file;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    wrong(`${field}.sha256`, '64 hex digits', sha256);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    wrong(`${field}.size`, 'a number of bytes', size);
}

const SHOWN = 80;
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, SHOWN);

/** Every file is what was saved, none is missing, none came in between. */
async function checkFiles(folder: string, manifest: SavedManifest, refuse: Refuse): Promise<void> {
  const found = new Map(
    filesBelow(folder, LIMITS, (reason) => refuse(reason)).map(({ path, size }) => [path, size]),
  );
  found.delete(SAVED);
  for (const { path, size, sha256 } of manifest.files) {
    const there = found.get(path);
    if (there === undefined) throw refuse(`it lacks "${path}"`, COPY);
    if (there !== size) throw refuse(`"${path}" has ${there} bytes, ${size} were saved`, COPY);
    if ((await digestOfModelFile(join(folder, path))) !== sha256)
      throw refuse(`"${path}" is not what was saved: its sha256 differs`, COPY);
    found.delete(path);
  }
  const [extra] = found.keys();
  if (extra !== undefined)
    throw refuse(
      `"${extra}" was not saved with it`,
      `Take it out; modules go into plimsoll.save(code=…) or --code`,
    );
  const listed = new Set(manifest.files.map(({ path }) => path));
  const { model, golden, reference, requirements, code } = manifest;
  for (const path of [golden, reference, requirements])
    if (path !== null && !listed.has(path)) throw refuse(`"${path}" is named and not listed among its files`);
  for (const path of [model.path, ...code]) {
    const there = listed.has(path) || manifest.files.some((file) => file.path.startsWith(`${path}/`));
    if (!there) throw refuse(`"${path}" is named and not listed among its files`);
  }
}
