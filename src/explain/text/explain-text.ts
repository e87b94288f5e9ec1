import type { Batch } from '../../model/batch.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { askedOutput, chosenOutput, unfitOf } from '../explained-output.ts';
import { type ExplanationMethod, isSampled, type WorkProgress } from '../explanation.ts';
import type { SamplingChoice } from '../sampling/plan-choice.ts';
import { isSumOfWords } from './additive.ts';
import { type TextDocument, textDocument } from './text-document.ts';
import { explainTexts } from './text-explainer.ts';
import { textPlace } from './text-rows.ts';

/** What is asked of an explanation of texts. */
export interface TextRequest extends Omit<SamplingChoice, 'method'> {
  readonly method?: ExplanationMethod | undefined;
  readonly output?: string | undefined;
  /** Column whose words are explained; the only one of texts where it is not said. */
  readonly column?: string | undefined;
}

/** Whether rows are one text each, whose words are what people know. */
export function isOfTexts({ signature }: ExplainedModel['content']): boolean {
  return (
    signature.form === 'text' || (signature.form === 'tensors' && textPlace(signature, undefined) !== null)
  );
}

/** Explains texts by their words. Errors: EXPLANATION_UNFIT, and those of a prediction. */
export async function explainText(
  model: ExplainedModel,
  { method, output, column, budget, seed }: TextRequest,
  rows: Batch,
  onProgress?: WorkProgress,
): Promise<TextDocument> {
  const refuse = unfitOf(model);
  const { content } = model;
  const place = textPlace(content.signature, column);
  if (place === null)
    throw refuse(
      column === undefined ? 'it has no one column of texts' : `"${column}" is no column of texts`,
      'Give --tokens a column of texts, or explain its columns',
    );
  if (method !== undefined && !isSampled(method))
    throw refuse(
      `${method} explains columns, not words`,
      'Choose --method exact, permutation, kernel or sampling',
    );
  const chosen = chosenOutput(model, output, refuse);
  const asked = { ...askedOutput(model, chosen, refuse), place, isAdditive: isSumOfWords(content, chosen) };
  const found = await explainTexts(asked, rows, { method, budget, seed }, refuse, onProgress);
  return textDocument({ output: chosen, ...place, classes: asked.classes }, found);
}
