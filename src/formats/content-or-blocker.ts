import { blockerOf, type CompileBlocker } from '../model/blocker.ts';
import type { ModelContent } from '../model/description.ts';
import { signatureOfModel } from '../model/signature-of.ts';
import type { ModelStep } from '../model/step.ts';

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
