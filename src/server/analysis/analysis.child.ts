/** Entry of the short-lived process that looks into a version: whoever answers others is not held by it. */
import { constants, setPriority } from 'node:os';
import { PlimsollError } from '../../core/errors.ts';
import { counterfactualsOf } from '../../explain/counterfactual/counterfactual.ts';
import { dependentColumns } from '../../importance/dependent-columns.ts';
import type { ColumnSpec } from '../../model/signature.ts';
import { requestBodyOf } from '../../monitor/log/rebuild-request.ts';
import { answerChildJob } from '../../process/child-job.ts';
import { type ExplainedBundle, openExplainedBundle } from '../../registry/explained-bundle.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import { type ExplainedAgain, explainLoggedRequest } from '../explain-request.ts';
import type { AnalysisRequest, AnalysisWork, LoggedAnswer } from './analysis-work.ts';
import { rangesOfRows, rangesOfSignature, rangesOfSteps } from './column-ranges.ts';
import { noRows, rowsOfVersion } from './version-rows.ts';
import type { CounterfactualView, VersionColumns, VersionDependence } from './view-schemas.ts';
import { weighVersion } from './weigh-version.ts';

/** Points of a curve; work for the search of one row, a second or two. */
const POINTS = 40;
const BUDGET = 2e7;

type WorkOf<K extends AnalysisWork['kind']> = Extract<AnalysisWork, { kind: K }>;

function columnsOf(bundle: ExplainedBundle): VersionColumns {
  const { content } = bundle.model;
  const { signature } = content;
  const specs: readonly ColumnSpec[] = signature.form === 'tensors' ? [] : signature.columns;
  const kept = rowsOfVersion(bundle);
  if (kept !== null)
    return { of: kept.of, rows: kept.rows.rows, columns: [...rangesOfRows(specs, kept.rows)] };
  const columns = content.kind === 'steps' ? rangesOfSteps(specs, content) : rangesOfSignature(specs);
  return { of: 'file', rows: 0, columns: [...columns] };
}

async function dependenceOf(
  bundle: ExplainedBundle,
  { column }: WorkOf<'dependence'>,
): Promise<VersionDependence> {
  const kept = rowsOfVersion(bundle);
  if (kept === null) throw noRows(bundle.model.name);
  const model = { ...bundle.model, rows: kept.rows, onProgress: () => undefined };
  const [curve] = await dependentColumns(model, { columns: [column], points: POINTS });
  if (curve === undefined) throw noRows(bundle.model.name);
  return {
    ...{ of: kept.of, rows: kept.rows.rows, column, output: curve.output },
    classes: curve.classes?.map(String) ?? null,
    grid: [...curve.grid],
    average: curve.average.map((each) => [...each]),
  };
}

async function counterfactualOf(
  { model, background }: ExplainedBundle,
  { cells, want, held }: WorkOf<'counterfactual'>,
): Promise<CounterfactualView> {
  const { signature } = model.content;
  const rows = decodeInput(requestBodyOf(signature, [cells]), signature);
  const rules = { immutable: held, increase: [], decrease: [], actionable: null };
  const request = { wanted: want ?? undefined, rules, background, budget: BUDGET };
  const { want: wanted, rows: found } = await counterfactualsOf(model, request, rows);
  const [first] = found;
  if (first === undefined) throw noRows(model.name);
  const { status, exact, from, to, distance, changes, counterfactual } = first;
  return { status, exact, want: wanted, from, to, distance, changes: [...changes], counterfactual };
}

async function explainedAgain({ url, folder, requestId, bundles }: LoggedAnswer): Promise<ExplainedAgain> {
  const store = await openMonitoring(url);
  try {
    return await explainLoggedRequest({ store, folder }, requestId, async (model, version) => {
      const bundle = bundles[`${model}@${version}`];
      if (bundle === undefined) throw new PlimsollError('VERSION_UNKNOWN', { model, version });
      return bundle;
    });
  } finally {
    await store.close();
  }
}

answerChildJob<AnalysisRequest, never>('looking into a version', async (request) => {
  setPriority(constants.priority.PRIORITY_LOW);
  if ('logged' in request) return explainedAgain(request.logged);
  const { version, work } = request;
  const bundle = await openExplainedBundle(version);
  try {
    if (work.kind === 'columns') return columnsOf(bundle);
    if (work.kind === 'importance') return await weighVersion(bundle, version.version, work.log);
    if (work.kind === 'dependence') return await dependenceOf(bundle, work);
    return await counterfactualOf(bundle, work);
  } finally {
    await bundle.close();
  }
});
