/**
 * CBPE with exactly the definitions of nannyml 0.13: for people who compare. Its bands (± 3 sampling errors) only know of
 * drawing rows, and of nothing else that goes wrong: see `error-band.ts` for ours. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import { seededRandom, shuffle } from '../../../core/random.ts';
import { take } from '../../../core/vector.ts';
import { byFallingScore, eachTie, rocAuc } from '../metrics/score-curves.ts';
import { type CalibrationCurve, calibratedProbability, calibrationCurve } from './calibration.ts';

export interface ScoredReference {
  /** 0 or 1. */
  readonly truth: Float64Array;
  readonly score: Float64Array;
  readonly predicted: Float64Array;
}

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);
const everyRow = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

export interface CbpeModel {
  /** Null: scores are taken as they are. */
  readonly curve: CalibrationCurve | null;
  /** Standard deviations of what is averaged, and the share of rows it is averaged over. */
  readonly errors: Readonly<Record<CbpeMetric, { readonly deviation: number; readonly fraction: number }>>;
}

export type CbpeMetric = 'roc_auc' | 'f1' | 'precision' | 'recall' | 'specificity' | 'accuracy';

export function fitCbpe(reference: ScoredReference): CbpeModel {
  const { truth, score } = reference;
  const n = truth.length;
  const curve = needsCalibration(reference) ? calibrationCurve(score, truth, ones(n), everyRow(n)) : null;
  return { curve, errors: samplingErrors(reference) };
}

/** What is estimated of rows without labels, each with its sampling error. */
export function estimateCbpe(
  { curve, errors }: CbpeModel,
  { score, predicted }: Omit<ScoredReference, 'truth'>,
): Readonly<Record<CbpeMetric | 'average_precision', { readonly value: number; readonly error: number }>> {
  const chances = score.map((s) => calibratedProbability(curve, s));
  const n = chances.length;
  const [tp, fp, fn, tn] = expectedConfusion(chances, predicted);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const withError = (metric: CbpeMetric, value: number) => ({
    value,
    error: errors[metric].deviation / Math.sqrt(n * errors[metric].fraction),
  });
  return {
    roc_auc: withError('roc_auc', rocAuc(chances, score, ones(n)).value),
    f1: withError('f1', share(tp, tp + (fp + fn) / 2)),
    precision: withError('precision', share(tp, tp + fp)),
    recall: withError('recall', share(tp, tp + fn)),
    specificity: withError('specificity', share(tn, tn + fp)),
    accuracy: withError('accuracy', (tp + tn) / n),
    average_precision: { value: expectedPrecision(chances, score), error: Number.NaN },
  };
}

/** [TP, FP, FN, TN] */
function expectedConfusion(
  chances: Float64Array,
  predicted: Float64Array,
): readonly [number, number, number, number] {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (const [i, chance] of chances.entries()) {
    if (predicted[i] === 1) {
      tp += chance;
      fp += 1 - chance;
    } else {
      fn += chance;
      tn += 1 - chance;
    }
  }
  return [tp, fp, fn, tn];
}

/** −Σ ΔR · P over rows, one by one: ties are not taken together. */
function expectedPrecision(chances: Float64Array, score: Float64Array): number {
  let [hits, area] = [0, 0];
  for (const [rank, chance] of take(chances, byFallingScore(score)).entries()) {
    hits += chance;
    area += (chance * hits) / (rank + 1);
  }
  return area / hits;
}

const SPLITS = 10;
const ECE_BINS = 10;

/**
 * One class: no. AUC above 0.999: no. Else by ten stratified splits, a tenth to test: whether the calibration error of the
 * pooled test rows is less with isotonic regression than without. The splits are ours, not numpy's: the answer is the same
 * but where both errors are.
 */
function needsCalibration({ truth, score }: Omit<ScoredReference, 'predicted'>): boolean {
  const n = truth.length;
  const { value } = rocAuc(truth, score, ones(n));
  if (Number.isNaN(value) || value > 0.999) return false;
  const random = seededRandom(42);
  const classes = [0, 1].map((k) => [...everyRow(n)].filter((i) => truth[i] === k));
  const tested: number[] = [];
  const calibrated: number[] = [];
  for (let split = 0; split < SPLITS; split++) {
    const [train, test]: [number[], number[]] = [[], []];
    for (const rows of classes) {
      shuffle(rows, random);
      const cut = Math.round(rows.length / 10);
      test.push(...rows.slice(0, cut));
      train.push(...rows.slice(cut));
    }
    const curve = calibrationCurve(score, truth, ones(n), train);
    tested.push(...test);
    calibrated.push(...take(score, test).map((s) => calibratedProbability(curve, s)));
  }
  const labels = take(truth, tested);
  const raw = take(score, tested);
  return equalCountError(labels, raw) > equalCountError(labels, Float64Array.from(calibrated));
}

/** Expected calibration error over ten bins of as many rows each, by score: Σ w |mean score − mean truth|. */
function equalCountError(truth: Float64Array, score: Float64Array): number {
  const rows = Array.from(score, (s, i) => ({ score: s, truth: elementAt(truth, i) }));
  rows.sort((a, b) => a.score - b.score);
  const width = Math.floor(rows.length / ECE_BINS);
  let error = 0;
  for (let bin = 0; bin < ECE_BINS; bin++) {
    const own = rows.slice(bin * width, bin === ECE_BINS - 1 ? rows.length : (bin + 1) * width);
    error += Math.abs(own.reduce((sum, row) => sum + row.score - row.truth, 0));
  }
  return error / rows.length;
}

/** Deviations in the reference of what each metric is the mean of. */
function samplingErrors({ truth, score, predicted }: ScoredReference): CbpeModel['errors'] {
  const n = truth.length;
  const rows = Array.from(truth, (t, i) => [t, elementAt(predicted, i)] as const);
  const of = (wanted: (t: number, p: number) => boolean, value: (t: number, p: number) => number) => {
    const values = rows.filter((row) => wanted(...row)).map((row) => value(...row));
    return { deviation: deviation(values), fraction: values.length / n };
  };
  const relevant = of(
    (t, p) => t + p > 0,
    (t, p) => t * p,
  );
  const hits = rows.filter(([t, p]) => t * p === 1).length;
  const counted = relevant.fraction * n;
  return {
    roc_auc: aucError(truth, score),
    f1: { ...relevant, deviation: relevant.deviation * (counted / ((counted - hits) / 2 + hits)) },
    precision: of(
      (_, p) => p === 1,
      (t) => t,
    ),
    recall: of(
      (t) => t === 1,
      (_, p) => p,
    ),
    specificity: of(
      (t) => t === 0,
      (_, p) => 1 - p,
    ),
    accuracy: of(
      () => true,
      (t, p) => Number(t === p),
    ),
  };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

/**
 * Over the rarer class, of the share of the other that it is ranked beyond; ties by mid-ranks, where nannyml leaves them to
 * the sort.
 */
function aucError(truth: Float64Array, score: Float64Array): { deviation: number; fraction: number } {
  const positives = truth.reduce((sum, t) => sum + t, 0);
  if (positives > truth.length / 2)
    return aucError(
      truth.map((t) => 1 - t),
      score.map((s) => 1 - s),
    );
  const negatives = truth.length - positives;
  const shares: number[] = [];
  let seen = 0;
  eachTie(score, (tied) => {
    const truths = take(truth, tied);
    const tiedNegatives = truths.reduce((sum, t) => sum + 1 - t, 0);
    for (const t of truths) if (t === 1) shares.push((negatives - seen - tiedNegatives / 2) / negatives);
    seen += tiedNegatives;
  });
  return { deviation: deviation(shares), fraction: positives / truth.length };
}
