/**
 * What accuracy would be without labels: our estimate and its band beside nannyml's, on all data sets with labels that
 * nannyml ships, against what was realised. The band was chosen on California alone; of the others it knew nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EstimatorInputs,
  estimateAccuracy,
  fitEstimator,
} from '../../src/monitor/accuracy/estimate/accuracy-estimator.ts';
import type { FeatureColumn } from '../../src/monitor/accuracy/estimate/column-binning.ts';
import type { EstimateResidual } from '../../src/monitor/accuracy/estimate/error-band.ts';
import { findMetric } from '../../src/monitor/accuracy/metrics/accuracy-metrics.ts';
import { type MetricRows, rowCount, selectRows } from '../../src/monitor/accuracy/metrics/metric-rows.ts';
import type { NamedColumn } from '../../src/monitor/reference/named-column.ts';
import { collectColumns } from '../../src/monitor/tables/collect-columns.ts';
import { openTable } from '../../src/monitor/tables/tabular-file.ts';
import { preparePython, run } from '../../tools/python-environment.ts';
import { ROOT, WORK } from '../serving/peers.ts';

/** Labels of a chunk are known when the next but so many is estimated. */
const LATE = 1;

interface Plan {
  readonly nannyml: string;
  readonly sets: readonly DataSet[];
}

interface DataSet {
  readonly name: string;
  readonly task: 'binary' | 'multiclass' | 'regression';
  readonly classes: readonly string[];
  readonly metrics: Readonly<
    Record<string, Readonly<Record<'value' | 'lower' | 'upper', readonly (number | null)[]>>>
  >;
}

interface Guess {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

interface Chunk {
  readonly chunk: string;
  readonly rows: number;
  readonly realised: number;
  readonly ours: Guess;
  readonly nannyml: Guess;
}

interface Result {
  readonly set: string;
  readonly metric: string;
  readonly chunks: readonly Chunk[];
  /** Chunks with the realised value inside the band, mean width of the band, mean distance of the estimate. */
  readonly ours: Summary;
  readonly nannyml: Summary;
  /** Share of chunks that our band promises. */
  readonly level: number;
}

interface Summary {
  readonly inside: number;
  readonly width: number;
  readonly off: number;
}

export async function labelFree(): Promise<void> {
  const folder = join(WORK, 'label-free');
  mkdirSync(folder, { recursive: true });
  const lock = join(ROOT, 'tools/interop-monitoring/requirements.txt');
  const python = preparePython('interop-monitoring', lock, 'nannyml');
  run(python, [join(import.meta.dirname, 'label_free.py'), folder]);
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as Plan;
  const results: Result[] = [];
  for (const set of plan.sets) results.push(...(await resultsOf(set, join(folder, `${set.name}.parquet`))));
  for (const result of results.filter(({ set }) => set === 'california')) showChunks(result);
  console.table(
    results.map(({ set, metric, chunks, ours, nannyml, level }) => ({
      ...{ set, metric, chunks: chunks.length, level: round(level) },
      ...{ inside: ours.inside, width: round(ours.width), off: round(ours.off) },
      ...{
        'nannyml inside': nannyml.inside,
        'its width': round(nannyml.width),
        'its off': round(nannyml.off),
      },
    })),
  );
  // car_loan and work_home have the same scores and labels: their AUC is one and the same.
  const isNew = ({ set, metric }: Result) => set !== 'california' && `${set} ${metric}` !== 'work_home auc';
  const others = totals(results.filter(isNew));
  console.log(
    `all but california and what is twice: ${others.inside} of ${others.chunks} inside, ${others.promised.toFixed(1)} promised; nannyml ${others.nannyml}`,
  );
  const path = join(ROOT, 'bench/results/label-free.json');
  const found = { nannyml: plan.nannyml, late: LATE, others, results };
  writeFileSync(path, `${JSON.stringify(found, (_, value) => rounded(value), 1)}\n`);
}

/** Over sets and metrics: chunks, those inside our band and nannyml's, and how many of them ours promises. */
function totals(results: readonly Result[]) {
  const sum = (of: (result: Result) => number): number => results.reduce((all, one) => all + of(one), 0);
  return {
    chunks: sum(({ chunks }) => chunks.length),
    inside: sum(({ ours }) => ours.inside),
    promised: sum(({ level, chunks }) => level * chunks.length),
    nannyml: sum(({ nannyml }) => nannyml.inside),
  };
}

const rounded = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

const round = (value: number): number => Number(value.toPrecision(4));

function showChunks({ set, metric, chunks }: Result): void {
  console.log(`${set}, ${metric}`);
  const band = ({ lower, upper }: Guess): string => `${lower.toFixed(3)}–${upper.toFixed(3)}`;
  console.table(
    chunks.map(({ chunk, realised, ours, nannyml }) => ({
      ...{ month: chunk, estimate: round(ours.value), band: band(ours), realised: round(realised) },
      ...{ nannyml: round(nannyml.value), 'its band': band(nannyml) },
    })),
  );
}

async function resultsOf(set: DataSet, path: string): Promise<readonly Result[]> {
  const table = await openTable(path);
  try {
    const names = table.columns.map(({ name }) => name);
    const columns = await collectColumns(table, names, await table.rows());
    const inputs = inputsOf(set, columns);
    const [period, chunk] = ['period', 'chunk'].map((name) => textsOf(columns, name));
    const indices = (of: string) => period!.flatMap((value, i) => (value === of ? [i] : []));
    const reference = take(inputs, indices('reference'));
    const periods = numbered(indices('reference').map((i) => chunk![i]!));
    const chunks = [...new Set(indices('analysis').map((i) => chunk![i]!))].map((name) => ({
      name,
      inputs: take(
        inputs,
        indices('analysis').filter((i) => chunk![i] === name),
      ),
    }));
    return Object.keys(set.metrics).map((metric) => compare(set, metric, reference, periods, chunks));
  } finally {
    table.close();
  }
}

function compare(
  set: DataSet,
  metric: string,
  reference: EstimatorInputs,
  periods: Int32Array,
  analysis: readonly { readonly name: string; readonly inputs: EstimatorInputs }[],
): Result {
  const estimator = fitEstimator(reference, periods, metric)!;
  const residuals: EstimateResidual[] = [];
  let level = 0;
  const chunks = analysis.map(({ name, inputs }, i): Chunk => {
    const known = residuals.slice(0, Math.max(0, i - LATE + 1));
    const { value, band } = estimateAccuracy(estimator, inputs, known);
    const realised = findMetric(set.task, metric)!.measure(inputs.rows).value;
    const rows = rowCount(inputs.rows);
    residuals.push({ value: realised - value, size: rows });
    level += band!.level / analysis.length;
    const theirs = set.metrics[metric]!;
    return {
      ...{ chunk: name, rows, realised, ours: { value, lower: band!.lower, upper: band!.upper } },
      nannyml: { value: theirs.value[i]!, lower: theirs.lower[i]!, upper: theirs.upper[i]! },
    };
  });
  return {
    ...{ set: set.name, metric, chunks, level },
    ours: summary(chunks, ({ ours }) => ours),
    nannyml: summary(chunks, ({ nannyml }) => nannyml),
  };
}

function summary(chunks: readonly Chunk[], of: (chunk: Chunk) => Guess): Summary {
  const mean = (value: (chunk: Chunk) => number): number =>
    chunks.reduce((sum, chunk) => sum + value(chunk), 0) / chunks.length;
  return {
    inside: chunks.filter((chunk) => of(chunk).lower <= chunk.realised && chunk.realised <= of(chunk).upper)
      .length,
    width: mean((chunk) => of(chunk).upper - of(chunk).lower),
    off: mean((chunk) => Math.abs(of(chunk).value - chunk.realised)),
  };
}

function inputsOf({ task, classes }: DataSet, columns: readonly NamedColumn[]): EstimatorInputs {
  const [truth, answer] = ['truth', 'answer'].map((name) => textsOf(columns, name));
  const weight = new Float64Array(truth!.length).fill(1);
  const numbers = (values: readonly (string | null)[]) => Float64Array.from(values, Number);
  const chances = (name: string) => numbers(textsOf(columns, `chance ${name}`));
  const rows = (): MetricRows => {
    if (task === 'regression') return { task, truth: numbers(truth!), predicted: numbers(answer!), weight };
    if (task === 'binary')
      return { task, truth: numbers(truth!), predicted: numbers(answer!), score: chances(''), weight };
    const each = classes.map(chances);
    const index = (value: string | null) => classes.indexOf(String(value));
    return {
      ...{ task, classes, weight, truth: Int32Array.from(truth!, index) },
      predicted: Int32Array.from(answer!, index),
      probabilities: Float64Array.from(
        { length: weight.length * classes.length },
        (_, at) => each[at % classes.length]![Math.floor(at / classes.length)]!,
      ),
    };
  };
  return { rows: rows(), features: columns.flatMap(featureOf) };
}

function featureOf({ name, column }: NamedColumn): readonly FeatureColumn[] {
  if (!name.startsWith('input ')) return [];
  return column.kind === 'category'
    ? [{ name, kind: 'category', values: column.values }]
    : [{ name, kind: 'number', values: column.values }];
}

const textsOf = (columns: readonly NamedColumn[], wanted: string): readonly (string | null)[] => {
  const { column } = columns.find(({ name }) => name === wanted)!;
  return column.kind === 'category' ? column.values : Array.from(column.values, String);
};

const take = ({ rows, features }: EstimatorInputs, indices: readonly number[]): EstimatorInputs => ({
  rows: selectRows(rows, indices),
  features: features.map((column) =>
    column.kind === 'number'
      ? { ...column, values: Float64Array.from(indices, (i) => column.values[i]!) }
      : { ...column, values: indices.map((i) => column.values[i]!) },
  ),
});

function numbered(names: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  });
}
