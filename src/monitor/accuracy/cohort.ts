/** Accuracy of one cohort, as far as it is known. Pure. */

import { elementAt } from '../../core/element-at.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import {
  type AccuracyRows,
  concatAccuracyRows,
  readAccuracyRows,
  selectAccuracyRows,
} from './accuracy-rows.ts';
import { estimateAccuracy, expectedMetric, withProbabilities } from './estimate/accuracy-estimator.ts';
import type { ErrorBand, EstimateResidual } from './estimate/error-band.ts';
import { predictionPoweredEstimate } from './estimate/prediction-powered.ts';
import type { AnswerSchema } from './labels/answer-schema.ts';
import type { JoinedCohort } from './labels/join-labels.ts';
import { arrivalWeight, expectedShare, isMature, type LabelMaturity } from './labels/label-maturity.ts';
import { selectForLabelling } from './labels/label-selection.ts';
import { type AccuracyMetric, metricNamed, readMetric } from './metrics/accuracy-metrics.ts';
import { measurementVariance } from './metrics/metric-measurement.ts';
import { type MetricRows, rowCount, selectRows } from './metrics/metric-rows.ts';

interface Known {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** What is kept of a revision of a cohort: plain data, nothing that is no number. */
export interface CohortBody {
  readonly schema: 1;
  readonly task: AnswerSchema['task'];
  readonly metric: string;
  /** Of the labels that are there, each weighed by the inverse of the chance that it has come. */
  readonly realised: (Known & { readonly error: number; readonly rows: number }) | null;
  /** Without labels; and how far off others were. */
  readonly estimate: (Known & Pick<ErrorBand, 'level' | 'periods'>) | null;
  /** The estimate put right by the labels that there are. */
  readonly corrected: (Known & { readonly power: number }) | null;
  /** Realised − estimated. */
  readonly residual: EstimateResidual | null;
  /** Rows in the log, and of traffic; with a label. */
  readonly rows: number;
  readonly traffic: number;
  readonly labelled: number;
  /** Share of traffic with a label, and share of the labels to come that were expected to have come. */
  readonly coverage: number;
  readonly arrived: number;
  readonly mature: boolean | null;
  /** Labels that took the place of another. */
  readonly revised: number;
  /** The parts with most traffic. */
  readonly segments: readonly (Known & { readonly segment: string; readonly labelled: number })[];
  readonly delays: JoinedCohort['delays'];
  /** Requests whose labels would tell most, as long as not all are there; and as many that are drawn from all others. */
  readonly ask: readonly string[];
  /** Of all that were asked for, those that were not drawn: they stand for nobody but themselves. */
  readonly chosen: readonly string[];
}

export interface CohortContext {
  readonly reading: AnswerSchema;
  readonly maturity: LabelMaturity;
  readonly reference: AccuracyReference | null;
  /** Of mature cohorts before this one. */
  readonly residuals: readonly EstimateResidual[];
  /** As this cohort has it so far. */
  readonly chosen: readonly string[];
  readonly now: number;
}

const LEVEL = 0.95;
const SEGMENTS_MAX = 10;
/** Requests that are chosen, and as many that are drawn; and chosen ones in all. */
const ASKED = 10;
const CHOSEN_MAX = 200;

export function measureCohort(joined: JoinedCohort, context: CohortContext): CohortBody {
  const { reading, maturity, now } = context;
  const metric = metricNamed(reading.task, reading.metric);
  const unlabelled = readAccuracyRows(reading, joined.unlabelled, false);
  const arrived = weighted(readAccuracyRows(reading, joined.labelled, true), maturity, now);
  const labelled = stratified(arrived, unlabelled, joined, new Set(context.chosen));
  const realised = rowCount(labelled.rows) === 0 ? null : known(labelled.rows, metric);
  const all = concatAccuracyRows(readAccuracyRows(reading, joined.labelled, false), unlabelled);
  const guess = estimateOf(all, context);
  return {
    schema: 1,
    task: reading.task,
    metric: reading.metric,
    realised,
    estimate: guess,
    corrected: correctedOf(labelled, all, context, metric),
    residual:
      realised === null || guess === null
        ? null
        : { value: realised.value - guess.value, size: realised.rows },
    rows: joined.rows,
    traffic: joined.traffic,
    labelled: joined.labelledRows,
    coverage: joined.traffic === 0 ? 0 : joined.labelledTraffic / joined.traffic,
    arrived: expectedShare(maturity, joined.from, joined.to, now),
    mature: isMature(maturity, joined.from, joined.to, now),
    revised: joined.revised,
    segments: segmentsOf(labelled, metric),
    delays: joined.delays,
    ...askFor(unlabelled, context),
  };
}

/**
 * Labels of requests that were chosen say nothing of the others: both parts weigh as much as their traffic (Neyman 1934,
 * stratified sampling). No rows where one of the parts has traffic and no label, as then the metric of all is not known.
 */
function stratified(
  labelled: AccuracyRows,
  unlabelled: AccuracyRows,
  joined: JoinedCohort,
  chosen: ReadonlySet<string>,
): AccuracyRows {
  if (!labelled.requestId.some((id) => chosen.has(id))) return labelled;
  const isChosen = (read: AccuracyRows, inSample: boolean) =>
    [...read.requestId.keys()].filter((i) => chosen.has(elementAt(read.requestId, i)) === inSample);
  // A chosen request is in the sample because it was: it stands for none of those that are not.
  const scale = joined.unlabelled.time.length / Math.max(1, joined.rows - joined.labelledRows);
  const weight = new Float64Array(labelled.requestId.length);
  let chosenTraffic = 0;
  for (const inSample of [true, false]) {
    const own = isChosen(labelled, inSample);
    const known = own.reduce((sum, i) => sum + elementAt(labelled.rows.weight, i), 0);
    const rest = isChosen(unlabelled, inSample).reduce(
      (sum, i) => sum + elementAt(unlabelled.rows.weight, i),
      0,
    );
    if (known === 0 && rest > 0) return selectAccuracyRows(labelled, []);
    const mass = inSample ? known + rest * scale : Math.max(known, joined.traffic - chosenTraffic);
    if (inSample) chosenTraffic = mass;
    for (const i of own) weight[i] = (elementAt(labelled.rows.weight, i) * mass) / known;
  }
  return { ...labelled, rows: { ...labelled.rows, weight } };
}

function weighted(rows: AccuracyRows, maturity: LabelMaturity, now: number): AccuracyRows {
  const weight = rows.rows.weight.map(
    (w, i) => w * arrivalWeight(maturity, elementAt(rows.label, i), now - elementAt(rows.time, i)),
  );
  return { ...rows, rows: { ...rows.rows, weight } };
}

function known(rows: MetricRows, metric: AccuracyMetric): CohortBody['realised'] {
  const { value, interval } = readMetric(rows, metric, LEVEL);
  if (!Number.isFinite(value) || !Number.isFinite(interval.lower)) return null;
  const error = Math.sqrt(measurementVariance(metric.measure(rows), rows.weight));
  // At 0 and 1 influences vanish: the width of the interval says what the rows can tell.
  const width = (interval.upper - interval.lower) / (2 * 1.96);
  return {
    value,
    lower: interval.lower,
    upper: interval.upper,
    error: Number.isFinite(error) && error > 0 ? error : width,
    rows: rowCount(rows),
  };
}

function estimateOf(all: AccuracyRows, { reference, residuals }: CohortContext): CohortBody['estimate'] {
  if (reference?.estimator == null || rowCount(all.rows) === 0) return null;
  const { value, band } = estimateAccuracy(reference.estimator, all, residuals, LEVEL);
  if (band === null || !Number.isFinite(value)) return null;
  const { lower, upper, level, periods } = band;
  return { value, lower, upper, level, periods };
}

function correctedOf(
  labelled: AccuracyRows,
  all: AccuracyRows,
  { reference }: CohortContext,
  metric: AccuracyMetric,
): CohortBody['corrected'] {
  const estimator = reference?.estimator ?? null;
  if (estimator === null || rowCount(labelled.rows) === 0) return null;
  const answer = predictionPoweredEstimate(
    {
      realised: metric.measure(labelled.rows),
      expected: expectedMetric(estimator, labelled),
      weight: labelled.rows.weight,
    },
    { measured: expectedMetric(estimator, all), weight: all.rows.weight },
    metric.range,
    LEVEL,
  );
  if (answer === null || !Number.isFinite(answer.interval.lower)) return null;
  return { value: answer.value, ...answer.interval, power: answer.power };
}

function segmentsOf({ rows, segment }: AccuracyRows, metric: AccuracyMetric): CohortBody['segments'] {
  const traffic = new Map<string, number>();
  segment.forEach((name, i) => {
    if (name !== null) traffic.set(name, (traffic.get(name) ?? 0) + elementAt(rows.weight, i));
  });
  const most = [...traffic].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, SEGMENTS_MAX);
  return most.flatMap(([name]) => {
    const own = selectRows(
      rows,
      segment.flatMap((of, i) => (of === name ? [i] : [])),
    );
    const found = known(own, metric);
    if (found === null) return [];
    return [
      { segment: name, value: found.value, lower: found.lower, upper: found.upper, labelled: found.rows },
    ];
  });
}

function askFor(
  { rows, requestId }: AccuracyRows,
  { reference, chosen }: CohortContext,
): Pick<CohortBody, 'ask' | 'chosen'> {
  const estimator = reference?.estimator ?? null;
  if (estimator === null || (rows.task !== 'binary' && rows.task !== 'multiclass'))
    return { ask: [], chosen };
  const chances = withProbabilities(estimator.learnt, rows);
  if (chances === null || (chances.task !== 'binary' && chances.task !== 'multiclass'))
    return { ask: [], chosen };
  const most = selectForLabelling(estimator, chances, ASKED).map((i) => elementAt(requestId, i));
  const known = new Set([...chosen, ...most].slice(0, CHOSEN_MAX));
  // Rows come by the hash of their request: the first are as good as drawn.
  const drawn = [...new Set(requestId)].filter((id) => !known.has(id)).slice(0, ASKED);
  return { ask: [...new Set([...most.filter((id) => known.has(id)), ...drawn])], chosen: [...known] };
}
