import type { ModelDescription } from '../model/description.ts';
import type { TensorSpec } from '../model/signature.ts';
import { inputContent } from './preprocessor-document.ts';
import { PREPROCESSOR_FILE, type PreprocessorDocument } from './preprocessor-file.ts';

/**
 * The model with what is declared of the input that takes images or sounds. Throws PREPROCESSOR_INVALID where no input does, or what
 * is declared does not fit.
 */
export function withPreprocessor(
  description: ModelDescription,
  document: PreprocessorDocument,
): ModelDescription {
  const { content } = description;
  if (content === null) return description;
  const { signature } = content;
  if (signature.form !== 'tensors') {
    const text = `${PREPROCESSOR_FILE} is not used: the model takes columns, not images or sounds`;
    return { ...description, notes: [...description.notes, { level: 'warning', text }] };
  }
  const declared = inputContent(document, signature.tensors);
  const tensors = signature.tensors.map(
    (spec): TensorSpec => (spec.name === declared.input ? { ...spec, content: declared.content } : spec),
  );
  return { ...description, content: { ...content, signature: { ...signature, tensors } } };
}
