import type { Batch } from '../model/batch.ts';
import { checkedExplainer, checkedOutputs } from './checked-trees.ts';
import { exactExplainer, needsBackground, OTHER_WAY, type ReadingChoice } from './exact-explainer.ts';
import type { ExplainedModel } from './explained-model.ts';
import { askedOutput, chosenOutput, unfitOf } from './explained-output.ts';
import { type Explainer, type ExplanationMethod, isSampled } from './explanation.ts';
import { flatModel } from './graph/flat-model.ts';
import { inBlocks } from './in-blocks.ts';
import { readColumns } from './read-columns.ts';
import { readTreesOf } from './read-trees.ts';
import { sampledExplainer } from './sampled-explainer.ts';
import { MOST_COLUMNS, type Refusal, type SamplingChoice } from './sampling/plan-choice.ts';

/** What is asked of an explanation. */
export interface ExplanationRequest extends Omit<SamplingChoice, 'method'> {
  /** How; what is exact where mathematics gives a way, where it is not said. */
  readonly method?: ExplanationMethod | undefined;
  /** Output to explain; the usual one of the model where it is not said. */
  readonly output?: string | undefined;
  /** Rows whose values stand for those of columns that are not known. */
  readonly background: Batch | null;
  /** Rows that it is asked for one explained row, unless a method or a budget takes more; about half a second. */
  readonly usualRows?: number | undefined;
  /** Whether to say what pairs of columns add too; of trees by their paths alone. */
  readonly interactions?: boolean | undefined;
}

/**
 * Makes a model explain its answers: exactly where mathematics gives a way, else by asking it. Trees need no background, where the file
 * says how many training rows came to each node. Errors: EXPLANATION_UNFIT.
 */
export async function explainModel(
  model: ExplainedModel,
  request: ExplanationRequest,
): Promise<Explainer<Batch>> {
  const flat = flatModel(model);
  if (flat === null) return explainColumns(model, request);
  const background = request.background && flat.rowsOf(request.background);
  const explainer = await explainColumns(flat.model, { ...request, background });
  return { ...explainer, explain: (batch, told) => explainer.explain(flat.rowsOf(batch), told) };
}

async function explainColumns(
  model: ExplainedModel,
  { output, background, method, budget, seed = 0, usualRows, interactions = false }: ExplanationRequest,
): Promise<Explainer<Batch>> {
  const refuse = unfitOf(model);
  const { signature } = model.content;
  if (signature.form === 'tensors')
    throw refuse('its rows are tensors, which have no columns', 'Explain a model whose rows have columns');
  const features = signature.columns.map(({ name }) => name);
  if (background !== null && background.rows === 0)
    throw refuse('the background has no rows', 'Give --background a file with rows');
  const chosen = chosenOutput(model, output, refuse);
  const isPath = method === undefined ? background === null : method === 'tree-path-dependent';
  if (interactions && !isPath)
    throw refuse('interactions are those of trees by their paths', 'Leave out --background and --method');
  const sampled = method !== undefined && isSampled(method) ? method : undefined;
  if (method === undefined || !isSampled(method)) {
    const reading = interactions ? 'tree-path-dependent' : method;
    const choice = { output: chosen, method: reading, background, seed, interactions };
    const exact =
      ofReadTrees(model, features, choice, refuse) ?? exactExplainer(model.content, features, choice, refuse);
    if (exact !== null)
      return { ...exact, output: chosen, explain: inBlocks(model.engine, exact, interactions, refuse) };
  }
  if (background === null)
    throw needsBackground(sampled === undefined ? `of ${chosen}` : `by ${sampled}`, refuse);
  const asked = askedOutput(model, chosen, refuse);
  const read = readColumns(model.content, features.length);
  if (read.length > MOST_COLUMNS)
    throw refuse(
      `it reads ${read.length} columns, and one by one at most ${MOST_COLUMNS} are explained`,
      'Train a model of fewer columns',
    );
  const choice = { method: sampled, budget, seed, usualRows };
  const found = await sampledExplainer({ ...asked, features, read }, background, choice, refuse);
  return { ...found, output: chosen };
}

/** Explains trees that are read from what computes a model; null where there are none, or other attributions are asked for. */
function ofReadTrees(
  model: ExplainedModel,
  features: readonly string[],
  { output, method, background, interactions }: ReadingChoice,
  refuse: Refusal,
): Omit<Explainer<Batch>, 'output'> | null {
  const checked = readTreesOf(model);
  if (checked === null || !checkedOutputs(checked).includes(output) || method?.startsWith('linear'))
    return null;
  if (interactions) throw refuse('interactions are not made of its trees', 'Leave out --interactions');
  if (method === 'tree-interventional' && background === null) throw needsBackground(`by ${method}`, refuse);
  const others = method === 'tree-path-dependent' ? null : background;
  const found = checkedExplainer(checked, features, others, model.engine, refuse);
  if (!('unfit' in found)) return found;
  if (method !== undefined) throw refuse(`${found.unfit}, which ${method} does not explain`, OTHER_WAY);
  if (background === null) throw needsBackground(`of ${output}`, refuse, found);
  return null;
}
