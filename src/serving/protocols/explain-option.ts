/** `explain` beside the rows of a body, for doors of our own making. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { type ExplanationAsk, readExplanationAsk } from '../explanations/explanation-ask.ts';
import type { ExplanationOutcome } from '../explanations/explanation-outcome.ts';
import type { DecodeRows } from '../protocol.ts';
import { ENVELOPES } from '../rows/decode.ts';

const EXPLAIN = 'explain';

/** Whether a body asks something of its explanation: a bare row of a model may have a column of that name. */
function hasExplain(body: unknown, signature: Signature): body is Readonly<Record<string, unknown>> {
  if (!isRecord(body) || !Object.hasOwn(body, EXPLAIN)) return false;
  if (ENVELOPES.some((key) => Object.hasOwn(body, key))) return true;
  if (signature.form === 'tensors') return !signature.tensors.some(({ name }) => name === EXPLAIN);
  return !signature.open && !signature.columns.some(({ name }) => name === EXPLAIN);
}

/** Reads what a body asks. Throws INPUT_INVALID. */
export const explainOption =
  (signature: Signature) =>
  (body: unknown): { readonly explain: ExplanationAsk } | null => {
    if (!hasExplain(body, signature)) return null;
    const explain = readExplanationAsk(body[EXPLAIN], ['body', EXPLAIN], signature, 'document');
    return explain === null ? null : { explain };
  };

/** Decodes a body without what it asks. */
export function withoutExplain(decode: DecodeRows, signature: Signature): DecodeRows {
  return (body): Batch => {
    if (!hasExplain(body, signature)) return decode(body);
    const { [EXPLAIN]: _, ...rows } = body;
    return decode(rows);
  };
}

/** The explanation of an answer that is nothing without it. Throws what stood in its way. */
export function explanationText(explanation: ExplanationOutcome): string {
  if (explanation.kind === 'missing') throw explanation.error;
  if (explanation.kind === 'text') return explanation.text;
  const reason = 'it came as numbers, and a text was asked for';
  throw new PlimsollError('INTERNAL', { action: 'an explanation', reason });
}

/** Members of an answer that hold its explanation, or say why there is none, with a comma before them; empty where none was asked for. */
export function explanationMembers(explanation: ExplanationOutcome | undefined): string {
  if (explanation === undefined) return '';
  if (explanation.kind === 'text') return `,"explanation":${explanation.text}`;
  if (explanation.kind === 'values') return '';
  const { code, message, hint } = explanation.error;
  return `,"explanation":null,"explanationReason":${JSON.stringify({ code, message, hint })}`;
}
