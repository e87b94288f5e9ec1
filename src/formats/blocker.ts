import { isPlimsollError } from '../core/errors.ts';
import type { CompileBlocker, ModelContent } from '../model/description.ts';
import { signatureOfModel } from '../model/signature-of.ts';
import type { ModelStep } from '../model/step.ts';

/** A refusal of what a file holds as a blocker, which a description lists; any other error is thrown on. */
export function blockerOf(error: unknown): CompileBlocker {
  if (!isPlimsollError(error) || (error.code !== 'MODEL_UNSUPPORTED' && error.code !== 'MODEL_NOT_FITTED'))
    throw error;
  const { path, class: name, offset, field, found, wanted } = error.details;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    path: text(path),
    class: text(name),
    offset: typeof offset === 'number' ? offset : 0,
    field: text(field),
    found: text(found),
    wanted: text(wanted),
  };
}

/** The content of a model of steps, or what stands in its way. */
export function contentOrBlocker(
  read: () => ModelStep,
):
  | { readonly content: ModelContent; readonly blockers: readonly [] }
  | { readonly content: null; readonly blockers: readonly CompileBlocker[] } {
  try {
    const root = read();
    return { content: { kind: 'steps', root, signature: signatureOfModel(root) }, blockers: [] };
  } catch (error) {
    return { content: null, blockers: [blockerOf(error)] };
  }
}
