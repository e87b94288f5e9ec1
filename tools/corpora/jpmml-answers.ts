/** Answers that jpmml-sklearn keeps beside its models, and how far others are from them. Pure. */
import type { Outputs } from '../../src/model/batch.ts';
import type { Signature } from '../../src/model/signature.ts';
import type { Tensor } from '../../src/model/tensor.ts';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Of one output: the largest difference, relative to the number that is wanted where that is above 1; of labels 1 for another one. */
export interface Difference {
  readonly output: string;
  readonly largest: number;
  readonly tolerance: number;
}

const TOLERANCE = 1e-9;
/** Boosters compute in float32. */
const FLOAT32 = 1e-5;

/** Which cells of the answers a column is of. */
interface Place {
  readonly output: string;
  readonly column: number;
}

/** What a column of theirs is called after: `probability(setosa)`, `affinity(0)`, `decisionFunction`; else it is predicted. */
function placeOf(name: string, at: number, predicted: number, classes: readonly string[]): Place | null {
  const [, kind, of] = /^(probability|affinity|decisionFunction)(?:\((.*)\))?$/.exec(name) ?? [];
  if (kind === 'probability')
    return classes.includes(of!) ? { output: 'predict_proba', column: classes.indexOf(of!) } : null;
  if (kind === 'affinity') return { output: 'transform', column: Number(of) };
  if (kind === 'decisionFunction') return { output: 'decision_function', column: 0 };
  return at < predicted ? { output: 'predict', column: at } : null;
}

/** Differences of every column that is an answer of the library. */
export function differenceOf(outputs: Outputs, signature: Signature, { columns, rows }: Table): Difference[] {
  const specs = new Map(signature.outputs.map((spec) => [spec.name, spec]));
  const classes = (specs.get('predict_proba')?.classes?.values ?? []).map(String);
  const predict = outputs['predict'];
  const predicted = predict === undefined || Array.isArray(predict) ? 0 : ((predict as Tensor).shape[1] ?? 1);
  return columns.flatMap((name, at) => {
    const place = placeOf(name, at, predicted, classes);
    const output = place === null ? undefined : outputs[place.output];
    if (place === null || output === undefined || Array.isArray(output)) return [];
    const { shape, data, dtype } = output as Tensor;
    const width = shape[1] ?? 1;
    const distances = rows.map((row, i) => distance(data[i * width + place.column], row[at] ?? ''));
    return [
      {
        output: place.output,
        largest: Math.max(...distances),
        tolerance: dtype === 'float32' ? FLOAT32 : TOLERANCE,
      },
    ];
  });
}

function distance(found: unknown, wanted: string): number {
  const number = Number(wanted);
  if (typeof found === 'string' || wanted === '' || Number.isNaN(number))
    return sameLabel(found, wanted) ? 0 : 1;
  return Math.abs(Number(found) - number) / Math.max(1, Math.abs(number));
}

/** Outliers are kept as truths: they are predicted as -1. */
const sameLabel = (found: unknown, wanted: string): boolean => {
  if (/^(?:true|false)$/i.test(wanted))
    return (Number(found) === -1 || found === true) === /^true$/i.test(wanted);
  return String(found) === wanted;
};
