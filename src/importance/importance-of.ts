import { sampledPlaces } from '../core/reservoir.ts';
import type { ExplainedModel } from '../explain/explained-model.ts';
import { unfitOf } from '../explain/explained-output.ts';
import { type FlatModel, flatModel } from '../explain/graph/flat-model.ts';
import type { Batch, ColumnBatch } from '../model/batch.ts';
import { pickRows } from '../model/slice.ts';
import { type AttributionChoice, attributedRows } from './attributed-rows.ts';
import { type DependenceRequest, dependentColumns } from './dependent-columns.ts';
import {
  attributionsDocument,
  dependenceDocument,
  type ImportanceDocument,
  permutationDocument,
} from './importance-document.ts';
import { type PermutationRequest, permutedColumns } from './permuted-columns.ts';
import { columnsOfModel, type ImportanceProgress } from './weighed-model.ts';

/** Rows whose attributions those are compared with; a sample of them is taken where they are many. */
interface Compared {
  readonly reference?: Batch | null;
}

/** What is asked of a model's columns; what is left out is not looked at. */
export interface ImportanceRequest {
  readonly attributions?: (Omit<AttributionChoice, 'seed' | 'reference'> & Compared) | undefined;
  readonly permutation?: Omit<PermutationRequest, 'seed'> | undefined;
  readonly dependence?: DependenceRequest | undefined;
  /** Rows that are looked at, at most: a sample of those given. */
  readonly mostRows: number;
  /** Of how many rows those given are a sample themselves. */
  readonly rowsGiven?: number | undefined;
  readonly seed: number;
}

/** Weighs the columns of a model by what it answers for rows. Errors: EXPLANATION_UNFIT, INPUT_INVALID, USAGE, those of a prediction. */
export async function importanceOf(
  asked: ExplainedModel,
  input: Batch,
  { attributions, permutation, dependence, mostRows, rowsGiven, seed }: ImportanceRequest,
  onProgress: ImportanceProgress,
): Promise<ImportanceDocument> {
  const flat = flatModel(asked);
  const model = flat?.model ?? asked;
  const given = flat?.rowsOf(input) ?? input;
  const features = columnsOfModel(model);
  if (given.kind === 'tensors' || given.rows === 0)
    throw unfitOf(model)('there are no rows to ask about', 'Give --input a file with rows');
  const chosen = sampledPlaces(given.rows, mostRows, seed);
  const rows: ColumnBatch = chosen === null ? given : pickRows(given, chosen);
  const weighed = { ...model, rows, onProgress };
  const background = attributions?.background ?? null;
  const others = background && (flat?.rowsOf(background) ?? background);
  const reference = comparedRows(model, flat, attributions?.reference ?? null, mostRows, seed);
  const choice = attributions && { ...attributions, background: others, reference, seed };
  const explained = choice && (await attributedRows(weighed, choice));
  const permuted =
    permutation && (await permutedColumns(weighed, { ...sampledLabels(permutation, chosen), seed }));
  const curves = dependence && (await dependentColumns(weighed, dependence));
  return {
    ...{ model: model.name, rows: rows.rows, rowsGiven: rowsGiven ?? given.rows, seed, features },
    ...(explained && { shap: attributionsDocument(explained, background !== null) }),
    ...(permuted && { permutation: permutationDocument(permuted, permutation.repeats, seed) }),
    ...(curves && { dependence: curves.map((curve) => dependenceDocument(curve, rows.rows)) }),
  };
}

/** Rows to compare with. Throws EXPLANATION_UNFIT where there are none. */
function comparedRows(
  model: ExplainedModel,
  flat: FlatModel | null,
  reference: Batch | null,
  mostRows: number,
  seed: number,
): ColumnBatch | undefined {
  if (reference === null) return;
  const rows = flat?.rowsOf(reference) ?? reference;
  if (rows.kind === 'tensors' || rows.rows === 0)
    throw unfitOf(model)('there are no rows to compare with', 'Give --reference a file with rows');
  const chosen = sampledPlaces(rows.rows, mostRows, seed);
  return chosen === null ? rows : pickRows(rows, chosen);
}

/** The labels of the rows that were chosen. */
function sampledLabels<T extends Omit<PermutationRequest, 'seed'>>(
  request: T,
  chosen: readonly number[] | null,
): T {
  if (chosen === null) return request;
  const { values, name } = request.labels;
  return { ...request, labels: { name, values: chosen.map((row) => values[row] ?? null) } };
}
