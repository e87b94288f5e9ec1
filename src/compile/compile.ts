import { PlimsollError } from '../core/errors.ts';
import { blockerOf, type CompileBlocker } from '../model/blocker.ts';
import type { OutputSpec, Signature } from '../model/signature.ts';
import type { ModelStep } from '../model/step.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { partName } from '../onnx/parts.ts';
import { CertificateScopes } from './certificate.ts';
import type { CompileContext, CompiledOutput, CompiledStep } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { GraphInputs, OPEN_DIMENSION } from './inputs.ts';
import type { CompiledPlan } from './plan.ts';
import { RefusalChecks } from './refusal.ts';
import { compilerOf } from './steps.ts';
import { matrixOf, type StepStream, streamWidthOf } from './stream.ts';

export interface StepModel {
  readonly root: ModelStep;
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
  if (signature.form === 'tensors')
    throw compileUnsupported(root, 'signature', 'made of tensors', 'tables are');
  const builder = new GraphBuilder('plimsoll');
  const inputs = new GraphInputs(builder, signature, root);
  const scopes = new CertificateScopes(builder);
  const context: CompileContext = {
    g: scopes.recorder,
    refusals: new RefusalChecks(builder),
    counts: (step, column) => inputs.counts(step, column),
    hashes: (column) => inputs.hashes(column),
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
export function compileBlocker(model: StepModel): CompileBlocker | null {
  try {
    compileModel(model);
    return null;
  } catch (error) {
    return blockerOf(error);
  }
}

/** Whether the model has a compiled form; `compileBlocker` says why not. */
export const hasCompiler = (model: StepModel): boolean => compileBlocker(model) === null;

function compileStep(
  context: CompileContext,
  scopes: CertificateScopes,
  step: ModelStep,
  input: StepStream,
): CompiledStep {
  const compiler = compilerOf(step);
  const scope = scopes.open(step, compiler.certify(step));
  const outcome = scopes.within(scope, () => compiler.emit(context, step, input));
  if (outcome.outputs === undefined) return outcome;
  const scoped = (output: CompiledOutput): CompiledOutput => ({
    ...output,
    value: () => scopes.within(scope, output.value),
  });
  const outputs = Object.entries(outcome.outputs).map(([name, output]) => [
    name,
    'value' in output ? scoped(output) : output.map(scoped),
  ]);
  return { ...outcome, outputs: Object.fromEntries(outputs) };
}

function declareOutput(
  context: CompileContext,
  root: ModelStep,
  outcome: CompiledStep,
  spec: OutputSpec,
): void {
  const output =
    outcome.outputs?.[spec.name] ??
    (spec.name === 'transform' && outcome.stream !== undefined
      ? streamOutput(context, root, outcome.stream)
      : undefined);
  if (output === undefined) {
    const reason = `the signature promises "${spec.name}", which ${root.kind} does not give`;
    throw new PlimsollError('INTERNAL', { action: `compiling ${root.origin.class}`, reason });
  }
  const declare = (name: string, { dtype, shape, value }: CompiledOutput): void =>
    context.g.output(name, value(), dtype, ['N', ...shape]);
  if ('value' in output) declare(spec.name, output);
  else output.forEach((part, index) => declare(partName(spec.name, index), part));
}

/** `transform` of a transformer: one matrix of numbers or of strings. */
function streamOutput(context: CompileContext, root: ModelStep, stream: StepStream): CompiledOutput {
  const shape = [streamWidthOf(stream) ?? OPEN_DIMENSION];
  if (stream.kind === 'matrix' || stream.columns.every(({ type }) => type === 'number')) {
    return { dtype: 'float64', shape, value: () => matrixOf(context, stream, root) };
  }
  if (stream.columns.some(({ type }) => type === 'number')) {
    throw compileUnsupported(
      root,
      'transform',
      'strings and numbers in one matrix',
      'outputs of one type are',
    );
  }
  const value = () =>
    context.g.add(
      'Concat',
      stream.columns.map((column) => column.value()),
      { axis: 1n },
    );
  return { dtype: 'string', shape, value };
}
