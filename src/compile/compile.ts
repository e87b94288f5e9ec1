import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Blocker } from '../model/description.ts';
import type { OutputSpec, Signature } from '../model/signature.ts';
import type { Step } from '../model/step.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { partName } from '../onnx/parts.ts';
import { CertificateScopes } from './certificate.ts';
import type { Context, Outcome, Output } from './compiler.ts';
import { unsupported } from './failure.ts';
import { GraphInputs, OPEN } from './inputs.ts';
import type { CompiledPlan } from './plan.ts';
import { Refusals } from './refusal.ts';
import { compilerOf } from './steps.ts';
import { matrixOf, type Stream, widthOf } from './stream.ts';

export interface StepModel {
  readonly root: Step;
  readonly signature: Signature;
}

/**
 * Compiles a model description to an ONNX graph (ai.onnx 21, ai.onnx.ml 5, everything in float64).
 *
 * Inputs: one `input` `[N, columns]` float64 where no column holds strings (booleans are 0 and 1, missing is NaN); else
 * one `[N, 1]` input a column by the column's name, strings with `MISSING_STRING` for a missing cell. A label encoder
 * has one `[N, 1]` input of the labels' type. Outputs: those of the signature by name; the parts of a list are
 * `predict_proba_0`, `predict_proba_1`, ….
 *
 * A graph can't raise an error: where the library would refuse a row (an unknown category under 'error', NaN or an
 * infinity that a step does not take, a number too large for float32), the output `refused` `[N]` is true, and the other
 * answers of that row mean nothing.
 *
 * @param metadata stored as the model's metadata_props, beside `plimsoll.refused` and `plimsoll.missing-string`
 * @throws MODEL_UNSUPPORTED with the step, the field and what to do, where no faithful graph exists
 */
export function compileModel(
  { root, signature }: StepModel,
  metadata: Readonly<Record<string, string>> = {},
): CompiledPlan {
  if (signature.form === 'tensors') throw unsupported(root, 'signature', 'made of tensors', 'tables are');
  const builder = new GraphBuilder('plimsoll');
  const inputs = new GraphInputs(builder, signature, root);
  const scopes = new CertificateScopes(builder);
  const context: Context = {
    g: scopes.recorder,
    refusals: new Refusals(builder),
    counts: (step, column) => inputs.counts(step, column),
    compile: (step, input) => compileStep(context, scopes, step, input),
  };
  const outcome = context.compile(root, inputs.stream);
  for (const spec of signature.outputs) declareOutput(context, root, outcome, spec);
  const refused = context.refusals.declare();
  inputs.declareRest();
  const { graph, ...rest } = builder.build({ ...hintsOf(inputs, refused), ...metadata });
  const model: OnnxModel = { ...rest, graph: { ...graph, inputs: inputs.ordered(graph.inputs) } };
  return { model, prefix: inputs.prefix, columns: inputs.columns, refused, certificate: scopes.entries() };
}

/** What another runtime has to know, as metadata. */
const hintsOf = ({ takesStrings }: GraphInputs, refused: string | null): Record<string, string> => ({
  ...(takesStrings ? { 'plimsoll.missing-string': MISSING_STRING } : {}),
  ...(refused === null ? {} : { 'plimsoll.refused': refused }),
});

/** Why `compileModel` would refuse the model, or null where it compiles. */
export function compileBlocker(model: StepModel): Blocker | null {
  try {
    compileModel(model);
    return null;
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'MODEL_UNSUPPORTED') throw error;
    return error.details as unknown as Blocker;
  }
}

/** Whether the model has a compiled form; `compileBlocker` says why not. */
export const hasCompiler = (model: StepModel): boolean => compileBlocker(model) === null;

function compileStep(context: Context, scopes: CertificateScopes, step: Step, input: Stream): Outcome {
  const compiler = compilerOf(step);
  const scope = scopes.open(step, compiler.certify(step));
  const outcome = scopes.within(scope, () => compiler.emit(context, step, input));
  if (outcome.outputs === undefined) return outcome;
  const scoped = (output: Output): Output => ({
    ...output,
    value: () => scopes.within(scope, output.value),
  });
  const outputs = Object.entries(outcome.outputs).map(([name, output]) => [
    name,
    'value' in output ? scoped(output) : output.map(scoped),
  ]);
  return { ...outcome, outputs: Object.fromEntries(outputs) };
}

function declareOutput(context: Context, root: Step, outcome: Outcome, spec: OutputSpec): void {
  const output =
    outcome.outputs?.[spec.name] ??
    (spec.name === 'transform' && outcome.stream !== undefined
      ? streamOutput(context, root, outcome.stream)
      : undefined);
  if (output === undefined) {
    const reason = `the signature promises "${spec.name}", which ${root.kind} does not give`;
    throw new PlimsollError('INTERNAL', { action: `compiling ${root.origin.class}`, reason });
  }
  const declare = (name: string, { dtype, shape, value }: Output): void =>
    context.g.output(name, value(), dtype, ['N', ...shape]);
  if ('value' in output) declare(spec.name, output);
  else output.forEach((part, index) => declare(partName(spec.name, index), part));
}

/** `transform` of a transformer: one matrix of numbers or of strings. */
function streamOutput(context: Context, root: Step, stream: Stream): Output {
  const shape = [widthOf(stream) ?? OPEN];
  if (stream.kind === 'matrix' || stream.columns.every(({ type }) => type === 'number')) {
    return { dtype: 'float64', shape, value: () => matrixOf(context, stream, root) };
  }
  if (stream.columns.some(({ type }) => type === 'number')) {
    throw unsupported(root, 'transform', 'strings and numbers in one matrix', 'outputs of one type are');
  }
  const value = () =>
    context.g.add(
      'Concat',
      stream.columns.map((column) => column.value()),
      { axis: 1n },
    );
  return { dtype: 'string', shape, value };
}
