import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { filesBelow, isBelow, isFile, isFolder } from './folder.ts';
import { exampleBody, mlflowNotes, mlflowOrigin } from './mlflow-facts.ts';
import { mlflowSignature } from './mlflow-signature.ts';
import { MLMODEL, type ModelSource } from './model-source.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import { requirementsAt, smallText } from './small-text.ts';

const LIMITS = { files: 10_000, bytes: 64 * 2 ** 30 };

type Refuse = (problem: string, way?: string) => PlimsollError;
const AGAIN = 'Save the model again with MLflow, and copy the folder as a whole';

/**
 * Reads an MLflow folder: flavours, environment, modules, signature and input example. The file of a flavour that is known here
 * may do without Python. Throws SAVED_INVALID.
 */
export async function readMlflow(folder: string): Promise<ModelSource> {
  const refuse: Refuse = (problem, way = AGAIN) =>
    new PlimsollError('SAVED_INVALID', { path: folder, problem, way });
  filesBelow(folder, LIMITS, (reason) => refuse(reason));
  const document = await parseYaml(smallText(join(folder, MLMODEL)), MLMODEL, refuse);
  const flavors = isRecord(document) ? document['flavors'] : null;
  if (!isRecord(document) || !isRecord(flavors)) throw refuse(`${MLMODEL} names no flavors`);
  const pyfunc = isRecord(flavors['python_function']) ? flavors['python_function'] : null;
  const native = nativeFile(folder, flavors, refuse);
  const data = native?.path ?? null;
  if (pyfunc === null && data === null)
    throw refuse(
      `${MLMODEL} has none of the flavors python_function, ${NATIVE.join(', ')}, but ${Object.keys(flavors).join(', ').slice(0, 200)}`,
      'Save it with a flavor that Python can run: python_function',
    );
  const code = typeof pyfunc?.['code'] === 'string' ? [inside(pyfunc['code'], 'code', refuse)] : [];
  const environment = await environmentOf(folder, pyfunc, refuse);
  return {
    kind: 'mlflow',
    path: folder,
    data,
    model: folder,
    format: null,
    code: [],
    modelCode: code,
    script: null,
    requirements: environment.requirements,
    python: versionIn(pyfunc?.['python_version']) ?? environment.python,
    golden: null,
    reference: null,
    signature: mlflowSignature(document['signature']),
    example: exampleBody(folder, document),
    origin: mlflowOrigin(document),
    notes: mlflowNotes(document),
    call: null,
    modelClass: native?.modelClass ?? null,
  };
}

function inside(path: string, field: string, refuse: Refuse): string {
  if (isBelow(path)) return path;
  throw refuse(
    `"${field}" in ${MLMODEL} is ${JSON.stringify(path).slice(0, 80)}, a path inside the folder was wanted`,
  );
}

/**
 * Flavours whose files may be read as data, and the fields that name them. `loader_module` says how Python loads a model, and
 * is neither imported nor asked.
 */
const NATIVE = [
  'sklearn',
  'xgboost',
  'lightgbm',
  'catboost',
  'onnx',
  'tensorflow',
  'keras',
  'pytorch',
] as const;
const FILE_FIELDS = ['pickled_model', 'data', 'model_data', 'saved_model_dir'] as const;
/** The model in the folder that flavours of networks name. */
const IN_FOLDER = [
  'model.keras',
  'model.h5',
  'model/saved_model.pb',
  'saved_model.pb',
  'model.pth',
  'model.pt2',
] as const;

/** A file that may be read as data, and the class that MLflow loads it with, where the file does not tell. */
interface NativeFile {
  readonly path: string;
  readonly modelClass: string | null;
}

/** The model file of the first such flavour; null where there is none. */
function nativeFile(
  folder: string,
  flavors: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): NativeFile | null {
  for (const name of NATIVE) {
    const flavor = flavors[name];
    if (!isRecord(flavor)) continue;
    for (const field of FILE_FIELDS) {
      const named = flavor[field];
      if (typeof named !== 'string') continue;
      const path = join(folder, inside(named, field, refuse));
      const modelClass = loadedClass(name, flavor);
      if (isFile(path)) return { path, modelClass };
      if (!isFolder(path)) throw refuse(`it lacks "${named}", which ${MLMODEL} names`);
      const model = IN_FOLDER.map((each) => join(path, each)).find(isFile);
      if (model !== undefined) return { path: model, modelClass };
    }
  }
  return null;
}

/**
 * `model_class` of the flavour xgboost (from MLflow 1.22 on; before, it was the booster) and `model_type` of catboost: the file
 * holds the booster alone (`mlflow.xgboost._load_model`, `mlflow.catboost._init_model`).
 */
function loadedClass(
  name: string,
  { model_class, model_type }: Readonly<Record<string, unknown>>,
): string | null {
  if (name === 'xgboost')
    return typeof model_class === 'string' && model_class !== BOOSTER ? model_class : null;
  return name === 'catboost' && typeof model_type === 'string' ? `catboost.${model_type}` : null;
}

/** What a file of XGBoost is in any case. */
const BOOSTER = 'xgboost.core.Booster';

async function parseYaml(text: string, name: string, refuse: Refuse): Promise<unknown> {
  try {
    return await parsePlainYaml(text);
  } catch (cause) {
    throw refuse(`${name} is no plain YAML: ${messageOf(cause)}`);
  }
}

const versionIn = (value: unknown): string | null =>
  typeof value === 'string' ? (/(\d+\.\d+(?:\.\d+)?)/.exec(value)?.[1] ?? null) : null;

interface MlflowEnvironment {
  readonly requirements: ModelSource['requirements'];
  readonly python: string | null;
}

/** `requirements.txt` and `python_env.yaml`, or the pip part of `conda.yaml` where older releases wrote only that. */
async function environmentOf(
  folder: string,
  pyfunc: Readonly<Record<string, unknown>> | null,
  refuse: Refuse,
): Promise<MlflowEnvironment> {
  const conda = await condaOf(folder, pyfunc, refuse);
  const python = await pythonEnvOf(folder, refuse);
  const path = join(folder, 'requirements.txt');
  const requirements = isFile(path) ? requirementsAt(path) : conda.requirements;
  return { requirements, python: python ?? conda.python };
}

async function pythonEnvOf(folder: string, refuse: Refuse): Promise<string | null> {
  const path = join(folder, 'python_env.yaml');
  if (!existsSync(path)) return null;
  const parsed = await parseYaml(smallText(path), 'python_env.yaml', refuse);
  return isRecord(parsed) ? versionIn(String(parsed['python'] ?? '')) : null;
}

async function condaOf(
  folder: string,
  pyfunc: Readonly<Record<string, unknown>> | null,
  refuse: Refuse,
): Promise<MlflowEnvironment> {
  const env = pyfunc?.['env'];
  const named = isRecord(env) ? env['conda'] : env;
  const name = typeof named === 'string' ? inside(named, 'env', refuse) : 'conda.yaml';
  const path = join(folder, name);
  if (!isFile(path)) return { requirements: null, python: null };
  return condaRequirements(await parseYaml(smallText(path), name, refuse), path);
}

/** What pip installs of a conda environment, and the Python that conda does. Pure. */
function condaRequirements(parsed: unknown, path: string): MlflowEnvironment {
  const dependencies =
    isRecord(parsed) && Array.isArray(parsed['dependencies']) ? parsed['dependencies'] : [];
  const python = dependencies.find((line) => typeof line === 'string' && /^python\s*=/.test(line));
  const pip = dependencies.flatMap((line) =>
    isRecord(line) && Array.isArray(line['pip']) ? line['pip'] : [],
  );
  const lines = pip.filter((line): line is string => typeof line === 'string');
  const text = lines.map((line) => `${line}\n`).join('');
  return { requirements: lines.length > 0 ? { path, text } : null, python: versionIn(python) };
}
