import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { installPython, run } from '../boosters/prepare.ts';
import { fastapiServer, plimsollServer, type ServedFile } from '../boosters/servers.ts';
import { besideFastapi, type ServingResult } from '../boosters/serving.ts';
import { median } from '../median.ts';
import { ROOT } from '../serving/peers.ts';

/** Names of models that `models.py` trains. */
const MODELS = [
  'SVC, rbf',
  'KNeighborsClassifier, brute',
  'KNeighborsClassifier, kd_tree',
  'MLPClassifier, 100',
  'GaussianNB',
  'CalibratedClassifierCV, LinearSVC',
  'VotingClassifier, soft',
  'StackingClassifier',
  'AdaBoostClassifier',
  'BaggingClassifier',
  'IsolationForest',
  'GaussianMixture, full',
  'GaussianProcessRegressor, rbf',
  'PolynomialFeatures, Ridge',
  'PowerTransformer, logistic',
  'QuantileTransformer, logistic',
] as const;
const ROWS = 100_000;
const WIDTH = 20;

const HERE = import.meta.dirname;
const WORK = join(ROOT, '.cache/bench-families');
const PYTHON = join(WORK, 'venv/bin/python');
const RESULTS = join(ROOT, 'bench/results/families.json');

interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

interface BatchResult {
  readonly model: string;
  readonly rows: number;
  /** Seconds. */
  readonly ours: Spent;
  readonly theirs: Spent;
  /** Theirs by ours. */
  readonly ratio: Spent;
  /** The largest difference of two numbers. */
  readonly deviation: number;
}

interface Results {
  readonly machine: { readonly cpu: string | undefined; readonly cores: number; readonly node: string };
  readonly batch: readonly BatchResult[];
  readonly serving: readonly ServingResult[];
}

/**
 * Estimators beside scikit-learn on one core: rows in memory (`batch`), and a row a request beside FastAPI and joblib (`serving`); both
 * where none is named, of all models or those named after it.
 */
export async function families(
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  [part, ...named]: readonly string[],
): Promise<void> {
  prepare();
  for (const model of named.length > 0 ? named : MODELS) {
    if (part !== 'serving') keep('batch', batchCase(model, rounds), ({ model: of }) => of === model);
    if (part !== 'batch') keep('serving', await serve(model, rounds, seconds), ({ file }) => file === model);
  }
  const { batch, serving } = results();
  for (const { model, ours, theirs, ratio, deviation } of batch)
    console.log(
      [model.padEnd(34), ours.cpu.toFixed(3), theirs.cpu.toFixed(3), ratio.cpu.toFixed(2), deviation].join(
        '  ',
      ),
    );
  for (const { file, ours, fastapi, ratio } of serving)
    console.log(
      [
        file.padEnd(34),
        ours.perSecond.toFixed(0),
        fastapi.perSecond.toFixed(0),
        ratio.perSecond.toFixed(1),
      ].join('  '),
    );
}

/** Installs the libraries, trains the models and makes the rows, once. */
function prepare(): void {
  mkdirSync(WORK, { recursive: true });
  run(process.execPath, [join(ROOT, 'tools/build.ts')]);
  installPython(PYTHON, join(WORK, 'venv'), join(HERE, 'requirements.txt'));
  if (!existsSync(join(WORK, `rows-${ROWS}.f64`))) run(PYTHON, [join(HERE, 'models.py'), WORK, String(ROWS)]);
}

const fileOf = (model: string): string => join(WORK, `${model}.joblib`);

function batchCase(model: string, rounds: number): BatchResult {
  const [own, other] = [join(WORK, 'ours.f64'), join(WORK, 'theirs.f64')];
  const rest = [fileOf(model), join(WORK, `rows-${ROWS}.f64`), String(WIDTH)];
  const oneCore = ['-c', '0', 'env', 'OMP_NUM_THREADS=1', 'OPENBLAS_NUM_THREADS=1'];
  const spent = (command: readonly string[]) => JSON.parse(run('taskset', [...oneCore, ...command])) as Spent;
  const pairs = Array.from({ length: rounds }, () => ({
    ours: spent([process.execPath, join(HERE, 'batch.ts'), ...rest, own]),
    theirs: spent([PYTHON, join(HERE, 'peers/batch.py'), ...rest, other]),
  }));
  const middle = (of: (pair: { ours: Spent; theirs: Spent }) => number) => median(pairs.map(of));
  return {
    model,
    rows: ROWS,
    ours: { wall: middle(({ ours }) => ours.wall), cpu: middle(({ ours }) => ours.cpu) },
    theirs: { wall: middle(({ theirs }) => theirs.wall), cpu: middle(({ theirs }) => theirs.cpu) },
    ratio: {
      wall: middle(({ ours, theirs }) => theirs.wall / ours.wall),
      cpu: middle(({ ours, theirs }) => theirs.cpu / ours.cpu),
    },
    deviation: largestDeviation(own, other),
  };
}

function largestDeviation(own: string, other: string): number {
  const [ours, theirs] = [own, other].map(
    (path) => new Float64Array(Uint8Array.from(readFileSync(path)).buffer),
  );
  if (ours === undefined || ours.length !== theirs?.length) throw new Error('other numbers of answers');
  return ours.reduce((most, value, k) => Math.max(most, Math.abs(value - theirs[k]!)), 0);
}

function serve(model: string, rounds: number, seconds: number): Promise<ServingResult> {
  const rows = JSON.parse(readFileSync(join(WORK, 'rows.json'), 'utf8')) as number[][];
  const given: ServedFile = { kind: 'estimator', path: fileOf(model), rows };
  const servers = {
    ours: plimsollServer(given, join(WORK, 'data', model)),
    theirs: fastapiServer(given, PYTHON),
  };
  return besideFastapi(model, given, servers, rounds, seconds);
}

function results(): Results {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  if (!existsSync(RESULTS)) return { machine, batch: [], serving: [] };
  return { ...(JSON.parse(readFileSync(RESULTS, 'utf8')) as Results), machine };
}

/** Puts a result in the place of the one that was there. */
function keep<Part extends 'batch' | 'serving'>(
  part: Part,
  found: Results[Part][number],
  isOld: (one: Results[Part][number]) => boolean,
): void {
  const before = results();
  const others = (before[part] as readonly Results[Part][number][]).filter((one) => !isOld(one));
  writeFileSync(RESULTS, `${JSON.stringify({ ...before, [part]: [...others, found] }, null, 2)}\n`);
}
