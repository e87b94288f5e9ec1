import type { DType } from '../../model/tensor.ts';
import { checkModel } from '../../onnx/check/model.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile } from '../../onnx/limits.ts';
import type { ReadBudget } from '../budget.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import type { LayerDescription, ModelArchitecture } from './architecture.ts';
import { callLayer, compileLayers, partOfLayer } from './compile-layers.ts';
import { shapeOf } from './config.ts';
import type { KerasFile } from './keras-file.ts';
import type { ModelScope } from './layer.ts';
import { type KerasTensor, TensorGraph } from './tensor-graph.ts';

/** Types of inputs, as Keras names them. */
const INPUT_TYPES: ReadonlyMap<string, DType> = new Map<string, DType>(
  (
    [
      'float64',
      'float32',
      'float16',
      'int64',
      'int32',
      'int16',
      'int8',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'bool',
      'string',
    ] as const
  ).map((dtype) => [dtype, dtype]),
); // prettier-ignore
const NEWEST_MAJOR = 3;

/** Compiles the model of a file to a graph with the names of its input and output layers. */
export function compileFile(description: LayerDescription, file: KerasFile, budget: ReadBudget): OnnxModel {
  const { model, origin } = description;
  if (model === null)
    throw stepUnsupported(
      origin,
      'the model',
      JSON.stringify(description.className),
      'models of Sequential and Functional are, whose graph is in the file,',
    );
  const inputLayers = inputLayersOf(model);
  const outputNames = uniqueNames(
    outputLayersOf(model),
    inputLayers.map(({ name }) => name),
  );
  const graph = new TensorGraph(description.name, [...inputLayers.map(({ name }) => name), ...outputNames]);
  const scope: ModelScope = {
    graph,
    budget,
    unmasked: new Set(),
    ...versionOf(file.version),
    callLayer: (layer, call) => callLayer(scope, layer, call),
    partOf: partOfLayer,
    asset: file.asset,
  };
  const inputs = inputLayers.map((layer) => inputOf(graph, layer));
  const outputs = compileLayers(model, inputs, { weights: file.weights(description), assetPath: '' }, scope);
  for (const [i, output] of outputs.entries()) graph.output(outputNames[i] ?? `output_${i}`, output);
  const compiled = graph.build({});
  checkModel(compiled, limitsForFile(budget.bytes));
  return compiled;
}

/** What layers ask of the version that wrote the file: `3.6.0`. */
function versionOf(version: string | null): Pick<ModelScope, 'kerasMajor' | 'isSince'> {
  const [major = NEWEST_MAJOR, minor = Number.POSITIVE_INFINITY] = (version ?? '')
    .split('.')
    .filter(Boolean)
    .map(Number);
  return {
    kerasMajor: major,
    isSince: (wantedMajor, wantedMinor) =>
      major > wantedMajor || (major === wantedMajor && minor >= wantedMinor),
  };
}

/** The input layers; a sequential model of older releases has its shape in its first layer. */
function inputLayersOf(model: ModelArchitecture): readonly LayerDescription[] {
  if (model.kind === 'functional')
    return model.inputs.map(({ layer }) => {
      const found = model.layers.find(({ name }) => name === layer);
      if (found === undefined)
        throw stepInvalid(model.origin, 'input_layers', JSON.stringify(layer), 'a layer of the model');
      return found;
    });
  const [first] = model.layers;
  if (first === undefined) throw stepUnsupported(model.origin, 'layers', 'none', 'models with layers are');
  return [first];
}

const outputLayersOf = (model: ModelArchitecture): readonly string[] =>
  model.kind === 'functional'
    ? model.outputs.map(({ layer }) => layer)
    : [model.layers.at(-1)?.name ?? 'output'];

/** Names that no other output or input has: one layer can be called several times. */
function uniqueNames(names: readonly string[], taken: readonly string[]): readonly string[] {
  const used = new Set(taken);
  return names.map((name) => {
    let unique = name;
    for (let i = 1; used.has(unique); i += 1) unique = `${name}_${i}`;
    used.add(unique);
    return unique;
  });
}

function inputOf(graph: TensorGraph, layer: LayerDescription): KerasTensor {
  const { config, origin, className } = layer;
  const [field] = ['batch_shape', 'batch_input_shape'].filter((name) => config.isGiven(name));
  if (field === undefined)
    throw stepUnsupported(
      origin,
      'the shape of its input',
      'not in the file',
      'models that were built, or called once, before they were saved are',
    );
  const shape = shapeOf(config.get(field));
  if (shape === null || shape.length === 0) throw config.wrong(field, 'a shape with its batch');
  if (config.get('ragged') === true || config.get('sparse') === true)
    throw stepUnsupported(origin, 'its input', 'ragged or sparse', 'dense tensors are');
  const type = config.get('dtype') ?? 'float32';
  const dtype = className === 'InputLayer' ? INPUT_TYPES.get(String(type)) : firstType(layer);
  if (dtype === undefined)
    throw config.unsupported('dtype', `inputs of ${[...INPUT_TYPES.keys()].join(', ')} are`);
  return graph.input(layer.name, dtype, shape);
}

/** The type of the input of a model without an input layer. */
const firstType = ({ config, className }: LayerDescription): DType =>
  className === 'Embedding' ? 'float32' : config.computeType();
