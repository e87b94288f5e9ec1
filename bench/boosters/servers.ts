import { join } from 'node:path';
import { ROOT } from '../serving/peers.ts';
import { PYTHON, rowsOfNumbers, WORK } from './prepare.ts';

/** A model file, and the servers that can be put around it. */
export interface ServedFile {
  /** What `peers/fastapi_model.py` calls it. */
  readonly kind: string;
  readonly path: string;
  readonly rows: readonly (readonly (number | string)[])[];
}

const own = (name: string, kind: string): ServedFile => ({
  kind,
  path: join(WORK, name),
  rows: rowsOfNumbers(),
});

/** One file of each kind that is read; models of the same rows, but for PMML. */
export const servedFiles = (): Readonly<Record<string, ServedFile>> => ({
  'XGBoost JSON': own('xgboost.json', 'xgboost'),
  'XGBoost UBJSON': own('xgboost.ubj', 'xgboost'),
  'LightGBM text': own('lightgbm.txt', 'lightgbm'),
  'CatBoost cbm': own('catboost.cbm', 'catboost'),
  'XGBClassifier, joblib': own('xgboost.pkl', 'pickle'),
  'RandomForestClassifier, skops': own('forest.skops', 'skops'),
  'MLflow folder, XGBoost': own('mlflow', 'mlflow'),
  'PMML of scikit-learn': {
    kind: 'pmml',
    path: join(ROOT, 'fixtures/pmml/gbm-classifier.pmml'),
    rows: [[37, 53502.65, 0.425]],
  },
});

/** A server, and where and how it takes rows. */
export interface ModelServer {
  readonly command: (port: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: (rows: ServedFile['rows']) => string;
}

export const plimsollServer = ({ path }: ServedFile, data: string): ModelServer => ({
  command: (port) => [
    ...[process.execPath, join(ROOT, 'bin/plimsoll.js'), 'serve', path, '--port', String(port)],
    ...['--data', data, '--workers', '1', '--quiet'],
  ],
  env: {},
  path: '/predict',
  body: (rows) => JSON.stringify({ rows }),
});

export const fastapiServer = ({ kind, path }: ServedFile, python = PYTHON): ModelServer => ({
  command: (port) => [
    ...[python, '-m', 'uvicorn', 'fastapi_model:app', '--app-dir', join(import.meta.dirname, 'peers')],
    ...['--port', String(port), '--loop', 'uvloop', '--http', 'httptools'],
    ...['--no-access-log', '--log-level', 'warning'],
  ],
  env: { KIND: kind, MODEL: path, OMP_NUM_THREADS: '1' },
  path: '/predict',
  body: (rows) => JSON.stringify({ rows }),
});

/** MLflow's scoring server, which takes its own folders. */
export const mlflowServer = ({ path }: ServedFile): ModelServer => ({
  command: (port) => [
    ...[PYTHON, '-m', 'mlflow', 'models', 'serve', '--model-uri', path, '--port', String(port)],
    ...['--env-manager', 'local', '--workers', '1'],
  ],
  env: { PATH: `${join(WORK, 'venv/bin')}:${process.env['PATH'] ?? ''}`, OMP_NUM_THREADS: '1' },
  path: '/invocations',
  body: (data) => JSON.stringify({ dataframe_split: { columns: namesOf(data), data } }),
});

/** `f0`, `f1` and so on. */
const namesOf = ([first = []]: ServedFile['rows']): string[] => first.map((_, i) => `f${i}`);

/** Half a unit of float32, which some of the libraries answer in. */
const TOLERANCE = 1e-6;

/** Throws where two answers to the same rows are not the same. */
export function checkSame(name: string, ours: unknown, theirs: unknown): void {
  const [a, b] = [ours, theirs].map((answer) => answer as Answer);
  const [mine, others] =
    a?.probabilities && b?.probabilities
      ? [a.probabilities.flat(), b.probabilities.flat()]
      : [a?.predictions, b?.predictions];
  const same = mine?.every((value, i) => isNear(value, others?.[i])) ?? false;
  if (!same)
    throw new Error(`${name}: answered ${JSON.stringify(ours)}, the other ${JSON.stringify(theirs)}`);
}

interface Answer {
  readonly predictions?: readonly (number | string)[];
  readonly probabilities?: readonly (readonly number[])[];
}

const isNear = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= TOLERANCE);
