/** Which columns move the answers of a version. */
import { isPlimsollError } from '../../core/errors.ts';
import type { ColumnFigures, ImportanceDocument } from '../../importance/importance-document.ts';
import { importanceOf } from '../../importance/importance-of.ts';
import type { ExplainedBundle } from '../../registry/explained-bundle.ts';
import { isStoreAway } from '../../store/away.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import type { LogPlace } from './analysis-work.ts';
import { type LoggedRows, loggedRows } from './logged-rows.ts';
import { noRows, rowsOfVersion } from './version-rows.ts';
import type { VersionImportance } from './view-schemas.ts';

/** Rows that are looked at, shuffles of a column, labelled rows without which no score says anything. */
const MOST_ROWS = 1000;
const REPEATS = 5;
const LEAST_LABELLED = 50;
const SEED = 0;

/** By the rows that the version keeps, else by those that it answered; shuffles by those for which labels came. Throws EXPLANATION_UNFIT. */
export async function weighVersion(
  bundle: ExplainedBundle,
  version: number,
  log: LogPlace,
): Promise<VersionImportance> {
  const { model, background } = bundle;
  const kept = rowsOfVersion(bundle);
  const logged = await readLogged(log, version, bundle);
  const found = kept ?? (logged === null ? null : { of: 'log' as const, rows: logged.rows });
  if (found === null) throw noRows(model.name);
  const shap = await importanceOf(
    model,
    found.rows,
    { attributions: { background }, mostRows: MOST_ROWS, seed: SEED },
    () => undefined,
  );
  return { of: found.of, ...figuresOf(shap), permutation: await permutationOf(bundle, logged) };
}

/** Null where the log has nothing that the model could be asked again. */
async function readLogged(
  { url, folder, endpoint }: LogPlace,
  version: number,
  { model }: ExplainedBundle,
): Promise<LoggedRows | null> {
  const store = await openMonitoring(url);
  try {
    return await loggedRows({ store, folder }, { endpoint, version }, model.content.signature);
  } catch (error) {
    if (isPlimsollError(error) && !isStoreAway(error)) return null;
    throw error;
  } finally {
    await store.close();
  }
}

async function permutationOf(
  { model }: ExplainedBundle,
  logged: LoggedRows | null,
): Promise<VersionImportance['permutation']> {
  const labelled = logged?.labelled ?? null;
  if (labelled === null || labelled.rows.rows < LEAST_LABELLED) return null;
  try {
    const { features, permutation, rows } = await importanceOf(
      model,
      labelled.rows,
      {
        permutation: { labels: labelled.labels, scoring: undefined, repeats: REPEATS },
        mostRows: MOST_ROWS,
        seed: SEED,
      },
      () => undefined,
    );
    if (permutation === undefined) return null;
    const { scoring, baseline, repeats, mean, standardDeviation } = permutation;
    const columns = features.map((name, k) => ({
      ...{ name, mean: mean[k] ?? 0 },
      standardDeviation: standardDeviation[k] ?? 0,
    }));
    return { scoring, baseline, rows, repeats, columns: columns.toSorted((a, b) => b.mean - a.mean) };
  } catch (error) {
    // Labels that are none of the model's say nothing of it.
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

function figuresOf({ shap, features }: ImportanceDocument): Omit<VersionImportance, 'of' | 'permutation'> {
  const { meanAbsolute = [], standardErrors = [], mean = [], correlation = [] } = shap ?? {};
  const columns = features.map((name, k) => ({
    name,
    meanAbsolute: numbersIn(meanAbsolute, k),
    standardErrors: figuresIn(standardErrors, k),
    mean: numbersIn(mean, k),
    correlation: figuresIn(correlation, k),
  }));
  const size = ({ meanAbsolute: all }: { readonly meanAbsolute: readonly number[] }): number =>
    all.reduce((sum, value) => sum + value, 0);
  return {
    rows: shap?.rows ?? 0,
    method: shap?.method ?? '',
    output: shap?.output ?? '',
    classes: shap?.classes?.map(String) ?? null,
    columns: columns.toSorted((a, b) => size(b) - size(a)),
  };
}

const figuresIn = (figures: ColumnFigures, column: number): (number | null)[] => {
  const found = figures[column] ?? null;
  return typeof found === 'object' && found !== null ? [...found] : [found];
};

const numbersIn = (figures: ColumnFigures, column: number): number[] =>
  figuresIn(figures, column).map((figure) => figure ?? 0);
