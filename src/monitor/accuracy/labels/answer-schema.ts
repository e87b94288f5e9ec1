/** What a metric is of, of logged answers and their labels: which task it is, which output is what. Pure. */
import { elementAt, valueOfKey } from '../../../core/element-at.ts';
import { canonicalLabel } from '../../../text/label.ts';
import { ACCURACY_METRICS, findMetric } from '../metrics/accuracy-metrics.ts';
import type { MetricRows, MetricTask } from '../metrics/metric-rows.ts';
import type { JoinedRows, LoggedCell } from './join-labels.ts';

/** How answers of a model are read; kept with its reference, so that all cohorts are read alike. Plain data. */
export interface AnswerSchema {
  readonly task: MetricTask;
  readonly metric: string;
  /** Output with the answer, or the score of a ranking; null where there are chances alone, or values are sent. */
  readonly answer: string | null;
  /** Classes as text, with the output that has the chance of each; outputs are null where there are none. */
  readonly classes: readonly { readonly name: string; readonly output: string | null }[];
  /** Of two classes, the positive one. */
  readonly positive: string | null;
}

const CHANCES = /^(?:predict_proba|probabilities|output_probability|scores)_(.+)$/;
const ANSWERS = ['predict', 'output_label', 'label', 'variable', 'prediction'];
/** Classes at most: each is a metric of its own. */
const CLASSES_MAX = 200;

/**
 * Null: nothing that fits is there (answers are redacted, say). `metric` null: accuracy of classes, MAE of numbers. A name that
 * no task has is one of feedback.
 */
export function inferAnswerSchema(
  { outputs, label }: Pick<JoinedRows, 'outputs' | 'label'>,
  metric: string | null,
  positive: string | null,
): AnswerSchema | null {
  const names = Object.keys(outputs);
  const task = metric === null ? null : taskOf(metric);
  if (metric !== null && task === 'value') return { task, metric, answer: null, classes: [], positive: null };
  const chances = names.flatMap((name) => {
    const [, of] = CHANCES.exec(name) ?? [];
    return of === undefined ? [] : [{ name: canonicalLabel(of), output: name }];
  });
  const answer =
    ANSWERS.find((name) => names.includes(name)) ?? names.find((name) => !CHANCES.test(name)) ?? null;
  if (answer === null && chances.length === 0) return null;
  if (metric !== null && task === 'ranking')
    return answer === null ? null : { task, metric, answer, classes: [], positive: null };
  const answers = answer === null ? [] : valueOfKey(outputs, answer);
  const isNumeric = chances.length === 0 && isRegression(answers);
  if (task === 'regression' || (task === null && metric === null && isNumeric))
    return { task: 'regression', metric: metric ?? 'mae', answer, classes: [], positive: null };
  const classes = chances.length > 0 ? chances : classesOf([...answers, ...label]);
  if (classes.length < 2 || classes.length > CLASSES_MAX) return null;
  const isBinary = classes.length === 2;
  const found = isBinary ? 'binary' : 'multiclass';
  const wanted = metric ?? 'accuracy';
  if (findMetric(found, wanted) === null) return null;
  const named = positive === null ? null : canonicalLabel(positive);
  const isThere = classes.some(({ name }) => name === named);
  return {
    task: found,
    metric: wanted,
    answer,
    classes,
    positive: isBinary ? (isThere ? named : elementAt(classes, 1).name) : null,
  };
}

/** Null: either kind of classification. */
function taskOf(metric: string): MetricTask | null {
  if (findMetric('ranking', metric) !== null) return 'ranking';
  if (Object.hasOwn(ACCURACY_METRICS.regression, metric)) return 'regression';
  const isClasses =
    Object.hasOwn(ACCURACY_METRICS.binary, metric) || Object.hasOwn(ACCURACY_METRICS.multiclass, metric);
  return isClasses ? null : 'value';
}

const isRegression = (answers: readonly LoggedCell[]): boolean =>
  answers.some((cell) => typeof cell === 'number' && !Number.isInteger(cell));

function classesOf(cells: readonly LoggedCell[]): AnswerSchema['classes'] {
  const names = new Set(cells.flatMap((cell) => (cell === null ? [] : [canonicalLabel(String(cell))])));
  return [...names].sort().map((name) => ({ name, output: null }));
}

/** The same rows for the metric; the truth of rows without a label is NaN (−1 of classes, which is always wrong). */
export function toMetricRows(reading: AnswerSchema, joined: JoinedRows): MetricRows {
  const { weight } = joined;
  const labels = labelsOf(joined);
  const numbers = (cells: readonly (LoggedCell | undefined)[]): Float64Array =>
    Float64Array.from(cells, (cell) =>
      cell === null || cell === undefined || cell === '' ? Number.NaN : Number(cell),
    );
  const answers = reading.answer === null ? null : (joined.outputs[reading.answer] ?? null);
  switch (reading.task) {
    case 'value':
      return { task: 'value', values: numbers(labels), weight };
    case 'regression':
      return {
        task: 'regression',
        truth: numbers(labels),
        predicted: numbers(answers ?? labels.map(() => null)),
        weight,
      };
    case 'ranking':
      return {
        task: 'ranking',
        request: requestNumbers(joined.requestId),
        relevance: numbers(labels),
        score: numbers(answers ?? []),
        weight,
      };
    case 'binary':
      return binaryRows(reading, joined, labels, answers);
    case 'multiclass':
      return multiclassRows(reading, joined, labels, answers);
  }
}

/** A label that is a list has one element for each row of its request. */
function labelsOf({ label, row }: JoinedRows): readonly (string | null)[] {
  return label.map((text, i) => {
    if (text === null || !text.startsWith('[')) return text;
    const list = parsed(text);
    if (!Array.isArray(list)) return text;
    const element: unknown = list[elementAt(row, i)];
    return element === null || element === undefined ? null : String(element);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const requestNumbers = (ids: readonly string[]): Int32Array => {
  let number = 0;
  return Int32Array.from(ids, (id, i) => (i > 0 && id !== ids[i - 1] ? ++number : number));
};

const chanceColumn = (joined: JoinedRows, output: string | null): readonly LoggedCell[] | null =>
  output === null ? null : (joined.outputs[output] ?? null);

function binaryRows(
  { classes, positive }: AnswerSchema,
  joined: JoinedRows,
  labels: readonly (string | null)[],
  answers: readonly LoggedCell[] | null,
): MetricRows {
  const chances = chanceColumn(joined, classes.find(({ name }) => name === positive)?.output ?? null);
  const score = chances === null ? null : Float64Array.from(chances, (cell) => Number(cell ?? Number.NaN));
  const isPositive = (cell: LoggedCell): number =>
    cell === null ? Number.NaN : Number(canonicalLabel(String(cell)) === positive);
  const predicted = answers ? Float64Array.from(answers, isPositive) : score?.map((s) => Number(s > 0.5));
  if (predicted === undefined) throw new RangeError('neither an answer nor a score of the class was logged');
  return {
    task: 'binary',
    truth: Float64Array.from(labels, isPositive),
    predicted,
    score,
    weight: joined.weight,
  };
}

function multiclassRows(
  { classes }: AnswerSchema,
  joined: JoinedRows,
  labels: readonly (string | null)[],
  answers: readonly LoggedCell[] | null,
): MetricRows {
  const index = new Map(classes.map(({ name }, k) => [name, k]));
  const of = (cell: LoggedCell): number =>
    cell === null ? -1 : (index.get(canonicalLabel(String(cell))) ?? -1);
  const columns = classes.map(({ output }) => chanceColumn(joined, output));
  const n = labels.length;
  const probabilities = columns.every((column) => column !== null)
    ? Float64Array.from({ length: n * classes.length }, (_, at) =>
        Number(elementAt(columns, at % classes.length)[Math.floor(at / classes.length)] ?? Number.NaN),
      )
    : null;
  const predicted = answers
    ? Int32Array.from(answers, of)
    : probabilities && greatest(probabilities, classes.length);
  if (predicted === null) throw new RangeError('neither an answer nor a score of each class was logged');
  return {
    task: 'multiclass',
    classes: classes.map(({ name }) => name),
    truth: Int32Array.from(labels, of),
    predicted,
    probabilities,
    weight: joined.weight,
  };
}

const greatest = (probabilities: Float64Array, classes: number): Int32Array =>
  Int32Array.from({ length: probabilities.length / classes }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });

/** Rows whose answer, and truth where it is wanted, can be taken: numbers that are none are left out. */
export function usableRows(rows: MetricRows, withTruth: boolean): readonly number[] {
  const isKnown = (...columns: (Float64Array | null)[]): readonly number[] =>
    Array.from(rows.weight, (_, i) => i).filter((i) =>
      columns.every((column) => column === null || Number.isFinite(elementAt(column, i))),
    );
  switch (rows.task) {
    case 'value':
      return isKnown(rows.values);
    case 'regression':
      return isKnown(rows.predicted, withTruth ? rows.truth : null);
    case 'ranking':
      return isKnown(rows.score, withTruth ? rows.relevance : null);
    case 'binary':
      return isKnown(rows.predicted, rows.score, withTruth ? rows.truth : null);
    case 'multiclass':
      return usableClasses(rows);
  }
}

function usableClasses({
  weight,
  probabilities,
  classes,
  predicted,
}: Extract<MetricRows, { task: 'multiclass' }>) {
  const k = classes.length;
  return Array.from(weight, (_, i) => i).filter(
    (i) =>
      elementAt(predicted, i) >= 0 &&
      (probabilities === null || probabilities.subarray(i * k, (i + 1) * k).every((p) => Number.isFinite(p))),
  );
}
