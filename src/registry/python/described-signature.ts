import { elementAt } from '../../core/element-at.ts';
import type { ModelDescriptionReply } from '../../engine/python/messages.ts';
import type { Outputs } from '../../model/batch.ts';
import { isList, partTensorsOf } from '../../model/output-parts.ts';
import type { OutputSpec, Signature } from '../../model/signature.ts';
import type { LabelSet, Tensor } from '../../model/tensor.ts';

/** From what a loaded model says, and from its answers, to a signature. Pure. */

/** The rows that a model says it takes; null where it does not know. Outputs are left open. */
export function signatureOfDescribed({ inputs }: ModelDescriptionReply): Signature | null {
  const outside = { outputs: [], classes: null };
  if (inputs === null) return null;
  if (inputs.form === 'tensors') return { form: 'tensors', tensors: inputs.tensors, ...outside };
  const columns =
    inputs.form === 'text'
      ? [{ name: 'text', named: false, type: 'string' as const, nullable: false }]
      : inputs.columns.map((column) => ({ ...column, nullable: true }));
  return columns.length === 0 ? null : { form: inputs.form, columns, ...outside };
}

/** Classes as labels, in the model's order; null where they are of several types. */
function labelsOf(classes: ModelDescriptionReply['classes']): LabelSet | null {
  if (classes === null || classes.length === 0) return null;
  if (classes.every((label) => typeof label === 'string')) return { type: 'string', values: classes };
  if (classes.every((label) => typeof label === 'boolean')) return { type: 'bool', values: classes };
  if (!classes.every((label) => typeof label === 'number')) return null;
  return { type: classes.every(Number.isInteger) ? 'int' : 'float', values: classes };
}

/** The rows as they are taken, the outputs as they are answered. */
export function completed(inputs: Signature, outputs: Outputs, described: ModelDescriptionReply): Signature {
  const classes = inputs.classes ?? labelsOf(described.classes);
  const declared = new Map(inputs.outputs.map((spec) => [spec.name, spec]));
  const specs = Object.entries(outputs).map(([name, value]): OutputSpec => {
    const parts = partTensorsOf(value);
    const spec = { name, dtype: elementAt(parts, 0).dtype, shape: commonShape(parts) };
    if (isList(value)) return { ...spec, parts: parts.length };
    const known = declared.get(name)?.classes ?? (isOfClasses(name, spec, classes) ? classes : null);
    return known === null ? spec : { ...spec, classes: known };
  });
  return { ...inputs, outputs: specs, classes };
}

/** Sizes of any number of rows; -1 where the parts differ: each of several targets has its own number of classes. */
function commonShape(parts: readonly Tensor[]): readonly number[] {
  const sizes = elementAt(parts, 0).shape.slice(1);
  return [-1, ...sizes.map((size, i) => (parts.every(({ shape }) => shape[i + 1] === size) ? size : -1))];
}

function isOfClasses(
  name: string,
  { shape }: Pick<OutputSpec, 'shape'>,
  classes: LabelSet | null,
): classes is LabelSet {
  if (classes === null) return false;
  if (name === 'predict') return shape.length === 1;
  return name === 'predict_proba' && shape.length === 2 && shape[1] === classes.values.length;
}
