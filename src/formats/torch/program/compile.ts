import { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { GraphBuilder } from '../../../onnx/builder.ts';
import type { OnnxModel } from '../../../onnx/graph.ts';
import { limitsForFile, type OnnxLimits } from '../../../onnx/limits.ts';
import type { ReadBudget } from '../../budget.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { AtenGraph } from '../aten/graph.ts';
import { type AtenValue, isValue } from '../aten/value.ts';
import { GraphOutputs } from '../outputs.ts';
import type { ProgramSource } from './archive.ts';
import { ProgramNodes } from './nodes.ts';
import { setField, tensorMeta } from './schema.ts';
import { ProgramValues, statefulBuffer } from './values.ts';

/** The schema whose fields are read; minor versions add fields. */
const SCHEMA_MAJOR = 8;

/** How often a loop turns follows from what is asked: its graph runs in a process of its own, which has limits. */
export const programLimits = (bytes: number): OnnxLimits => ({
  ...limitsForFile(bytes),
  onnxTrips: Number.POSITIVE_INFINITY,
});

/**
 * An exported program as a graph: parameters and buffers as constants, the arguments of `forward` as inputs under their
 * own names, its answers as outputs under the names that the program's graph has for them.
 *
 * @throws MODEL_UNSUPPORTED for an operator or an argument that is not compiled, with its node; READ_CORRUPT
 */
export function compileProgram(source: ProgramSource, budget: ReadBudget): OnnxModel {
  const { document } = source;
  requireSchema(document);
  const module = document.child('graph_module');
  const [graph, signature] = [module.child('graph'), module.child('signature')];
  const g = new AtenGraph(new GraphBuilder('torch.export'));
  const values = new ProgramValues('the exported program');
  for (const spec of signature.children('input_specs')) defineInput(spec, { g, values, graph, source });
  const nodes = new ProgramNodes(g, values, graph, budget);
  nodes.run();
  const outputs = new GraphOutputs(g);
  for (const spec of signature.children('output_specs')) declareOutput(spec, nodes, outputs);
  return outputs.build();
}

function requireSchema(document: DocumentView): void {
  const version = document.child('schema_version');
  const major = version.integer('major');
  if (major === SCHEMA_MAJOR) return;
  const minor = version.has('minor') ? `.${version.integer('minor')}` : '';
  throw unsupported('the exported program', 'schema_version', `${major}${minor}`, `${SCHEMA_MAJOR} is`);
}

const unsupported = (path: string, field: string, found: string, wanted: string): PlimsollError =>
  modelUnsupported({ path, class: 'torch.export', offset: 0, field, found, wanted });

interface InputContext {
  readonly g: AtenGraph;
  readonly values: ProgramValues;
  readonly graph: DocumentView;
  readonly source: ProgramSource;
}

/** By the kind of an input, the field that has its full name. */
const STORED: ReadonlyMap<string, string> = new Map([
  ['parameter', 'parameter_name'],
  ['buffer', 'buffer_name'],
  ['tensor_constant', 'tensor_constant_name'],
]);

function defineInput(spec: DocumentView, { g, values, graph, source }: InputContext): void {
  const kind = setField(spec);
  const input = spec.child(kind);
  const { offset } = spec.place;
  const stored = STORED.get(kind);
  if (stored !== undefined) {
    const [name, fullName] = [input.child('arg').text('name'), input.text(stored)];
    const { dtype, shape } = tensorMeta(graph.child('tensor_values').child(name), `tensor "${fullName}"`);
    const tensor = source.tensor(fullName);
    if (tensor.shape.join() !== shape.join())
      throw new PlimsollError('READ_CORRUPT', {
        what: `tensor "${fullName.slice(0, 80)}"`,
        offset,
        found: `[${tensor.shape}] where the graph states [${shape}]`,
        wanted: 'the sizes that the graph states',
      });
    values.keep(name, g.cast(g.constant(tensor), dtype), offset, fullName);
    return;
  }
  if (kind === 'constant_input') return;
  if (kind !== 'user_input')
    throw unsupported('the signature', kind, 'an input of this kind', 'tensors, parameters and buffers are');
  const argument = input.child('arg');
  const variant = setField(argument);
  if (variant === 'as_tensor') {
    const name = argument.child(variant).text('name');
    const { dtype, shape } = tensorMeta(graph.child('tensor_values').child(name), `input "${name}"`);
    g.builder.input(name, dtype, shape);
    values.define(name, { type: 'tensor', dtype, shape, source: name }, offset);
    return;
  }
  // Numbers and None are part of the program: it was exported for that value.
  if (variant.startsWith('as_sym'))
    throw unsupported('the signature', variant, 'a number as an input', 'tensors are');
}

/** Kinds of outputs that a caller does not see, and that change nothing for the next call. */
const UNSEEN = new Set(['loss_output', 'token', 'gradient_to_parameter', 'gradient_to_user_input']);

function declareOutput(spec: DocumentView, nodes: ProgramNodes, outputs: GraphOutputs): void {
  const kind = setField(spec);
  if (UNSEEN.has(kind) || kind === 'user_input_mutation') return;
  const output = spec.child(kind);
  if (kind === 'buffer_mutation') throw statefulBuffer(output.text('buffer_name'));
  if (kind !== 'user_output')
    throw unsupported('the signature', kind, 'an output of this kind', 'tensors are');
  const argument = output.child('arg');
  const value: AtenValue = nodes.value(argument);
  if (isValue(value, 'tensor'))
    outputs.add(value, argument.isGiven('as_tensor') ? argument.child('as_tensor').text('name') : null);
}
