import { PlimsollError } from '../core/errors.ts';
import { predictorOf, sumOutputs } from '../explain/exact-explainer.ts';
import { unfitOf } from '../explain/explained-output.ts';
import type { OutputSpec, Signature } from '../model/signature.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { columnCells } from './batch-columns.ts';
import { dependenceGrid } from './dependence-grid.ts';
import { type PartialDependence, partialDependence } from './partial-dependence.ts';
import { columnsOfModel, type WeighedModel } from './weighed-model.ts';

/** Points of curves that are kept, of all columns together. */
const CURVE_CELLS = 2 ** 20;
/** Columns that a message names. */
const COLUMNS_NAMED = 10;

/** What is asked about single columns. */
export interface DependenceRequest {
  readonly columns: readonly string[];
  readonly points: number;
  readonly output?: string | undefined;
}

/** The curves of a column. */
export interface ColumnDependence extends PartialDependence {
  readonly column: string;
  readonly output: string;
  /** The class of each score; null where they are of none. */
  readonly classes: readonly unknown[] | null;
}

/** Errors: EXPLANATION_UNFIT, USAGE for a column that there is not, those of a prediction. */
export async function dependentColumns(
  model: WeighedModel,
  { columns, points, output }: DependenceRequest,
): Promise<readonly ColumnDependence[]> {
  const { content, engine, rows, onProgress } = model;
  const names = columnsOfModel(model);
  const places = columns.map((column) => placeOfColumn(column, names));
  const spec = dependentOutput(model, output);
  const width = spec.shape[1] ?? 1;
  // Of two classes the second one: the other is what it leaves.
  const isBinary = spec.classes?.values.length === 2 && width === 2;
  const scores = isBinary ? [1] : Array.from({ length: width }, (_, k) => k);
  const labels = spec.classes?.values ?? [];
  const classes = width > 1 && labels.length === width ? scores.map((k) => labels[k]) : null;
  const found: ColumnDependence[] = [];
  for (const [k, place] of places.entries()) {
    const column = names[place] ?? '';
    const isCategory = isCategorical(content.signature, place);
    const grid = dependenceGrid(columnCells(rows, place), points, isCategory);
    const curves = Math.floor(CURVE_CELLS / Math.max(1, places.length * grid.length * scores.length));
    const asked = { engine, output: spec.name, scores };
    const curve = await partialDependence(rows, place, grid, asked, curves, (point) =>
      onProgress(`asking along ${column}`, (k + (point + 1) / grid.length) / places.length),
    );
    found.push({ ...curve, column, output: spec.name, classes });
  }
  return found;
}

function placeOfColumn(column: string, names: readonly string[]): number {
  const place = names.indexOf(column);
  if (place >= 0) return place;
  const known = names.slice(0, COLUMNS_NAMED).join(', ');
  const more = names.length > COLUMNS_NAMED ? `, … ${names.length - COLUMNS_NAMED} more` : '';
  const reason = `--dependence names "${column}", the model has ${known}${more}${didYouMean(column, names)}`;
  throw new PlimsollError('USAGE', { reason, command: 'importance' });
}

const isCategorical = (signature: Signature, place: number): boolean =>
  signature.form !== 'tensors' && signature.columns[place]?.categories !== undefined;

/** The output that curves are of: as scikit-learn chooses, probabilities before decisions before what is predicted. */
function dependentOutput(model: WeighedModel, wanted: string | undefined): OutputSpec {
  const { content } = model;
  const { outputs, classes } = content.signature;
  const fit = outputs.filter(
    (spec) =>
      spec.dtype.startsWith('float') &&
      spec.parts === undefined &&
      !(spec.name === 'predict' && classes !== null) &&
      spec.shape.length <= 2 &&
      (spec.shape[1] ?? 1) > 0,
  );
  const sums = sumOutputs(predictorOf(content));
  const names = wanted !== undefined && sums.includes(wanted) ? [wanted, ...sums] : [wanted];
  const usual = ['predict_proba', 'decision_function', 'predict'];
  const chosen =
    wanted === undefined
      ? (usual.map((one) => fit.find((spec) => spec.name === one)).find((spec) => spec !== undefined) ??
        fit[0])
      : fit.find((spec) => names.includes(spec.name));
  if (chosen !== undefined) return chosen;
  throw unfitOf(model)(
    wanted === undefined ? 'none of its outputs is in numbers' : `it does not answer ${wanted} by itself`,
    fit.length === 0
      ? 'Explain a model that answers numbers'
      : `Give --output one of ${fit.map((spec) => spec.name).join(', ')}`,
  );
}
