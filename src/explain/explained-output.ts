import { PlimsollError } from '../core/errors.ts';
import { tensorNumbers } from '../model/numbers-tensor.ts';
import type { LabelSet } from '../model/tensor.ts';
import { checkedOutputs } from './checked-trees.ts';
import { predictorOf, sumOutputs } from './exact-explainer.ts';
import type { ExplainedModel } from './explained-model.ts';
import { readTreesOf } from './read-trees.ts';
import type { Score } from './sampled-explainer.ts';
import type { Refusal } from './sampling/plan-choice.ts';

/** What says that a model is not explained so, and what can be had: EXPLANATION_UNFIT. */
export const unfitOf =
  ({ name }: Pick<ExplainedModel, 'name'>): Refusal =>
  (reason, way) =>
    new PlimsollError('EXPLANATION_UNFIT', { model: name, reason, way });

/** The output to explain, the usual one where none is named. Errors: what `refuse` makes where there is no such output in numbers. */
export function chosenOutput(model: ExplainedModel, output: string | undefined, refuse: Refusal): string {
  const known = outputsOf(model);
  const chosen = output ?? known[0];
  if (chosen === undefined)
    throw refuse('none of its outputs is in numbers', 'Explain a model that answers numbers');
  if (!known.includes(chosen))
    throw refuse(`"${chosen}" is no output in numbers`, `Give --output one of ${known.join(', ')}`);
  return chosen;
}

/** An output as a model is asked for it. */
export interface AskedOutput {
  readonly score: Score;
  readonly classes: LabelSet | null;
}

/** Asks a model for an output. Errors: what `refuse` makes where it is a sum that the model does not answer by itself. */
export function askedOutput(model: ExplainedModel, output: string, refuse: Refusal): AskedOutput {
  // The same numbers under the name by which the engine gives them.
  const { content, engine } = model;
  const sums = sumsOf(model);
  const names = sums.includes(output) ? [output, ...sums] : [output];
  const given = content.signature.outputs.find(({ name }) => names.includes(name));
  if (given === undefined)
    throw refuse(
      `it does not answer ${output} by itself`,
      `Give --output one of ${outputsOf(model)
        .filter((name) => !sums.includes(name))
        .join(', ')}`,
    );
  const score: Score = async (batch) => {
    const answer = (await engine.infer(batch))[given.name];
    if (answer === undefined || !('data' in answer) || Array.isArray(answer.data))
      throw refuse(`it answers no numbers as ${given.name}`, 'Give --output another of its outputs');
    return tensorNumbers(answer);
  };
  return { score, classes: given.classes ?? null };
}

/** Names of the output that is a sum, the usual one first. */
function sumsOf(model: ExplainedModel): readonly string[] {
  const checked = readTreesOf(model);
  return checked === null ? sumOutputs(predictorOf(model.content)) : checkedOutputs(checked);
}

/** Outputs that can be explained, the usual one first: sums, and every output of numbers that are no labels. */
function outputsOf(model: ExplainedModel): readonly string[] {
  const { outputs, classes } = model.content.signature;
  const sums = sumsOf(model);
  const numbers = outputs.filter(
    ({ name, dtype, parts }) =>
      dtype.startsWith('float') && parts === undefined && !(name === 'predict' && classes !== null),
  );
  const usual = numbers.toSorted(
    (a, b) => Number(b.name === 'predict_proba') - Number(a.name === 'predict_proba'),
  );
  return [...new Set([...sums, ...usual.map(({ name }) => name)])];
}
