import { stepInvalid, stepUnsupported } from '../failure.ts';
import { type LayerDescription, type ModelArchitecture, readDescription } from './architecture.ts';
import type { ArgumentTemplate, CallTemplate } from './calls.ts';
import { type CallNode, executionOrder, nodeKey } from './execution-order.ts';
import {
  type CallValue,
  type KerasLayer,
  type LayerCall,
  LayerContext,
  type LayerWeights,
  type ModelScope,
} from './layer.ts';
import { KERAS_LAYERS, KERAS_OPERATIONS } from './layers.ts';
import type { TensorReference } from './references.ts';
import type { KerasTensor } from './tensor-graph.ts';
import { containerNames } from './weights.ts';

/** The weights and assets of a model or a part of it. */
export interface ModelParts {
  readonly weights: LayerWeights;
  readonly assetPath: string;
}

/** A layer with its weights. */
const layerOf = (description: LayerDescription, { weights, assetPath }: ModelParts): KerasLayer => ({
  ...description,
  weights,
  assetPath,
});

/** A layer that another one holds in a field; its weights lie below `part`. */
export const partOfLayer: ModelScope['partOf'] = (holder, fields, part) => {
  const place = { path: `${holder.origin.path}.${part}`, depth: 1 };
  const description = readDescription({ offset: holder.origin.offset, fields }, place);
  return layerOf(description, {
    weights: holder.weights.part(part),
    assetPath: `${holder.assetPath}/${part}`,
  });
};

/** Compiles a call of a layer or of a model that is used as one. */
export function callLayer(scope: ModelScope, layer: KerasLayer, call: LayerCall): readonly KerasTensor[] {
  const { origin, className } = layer;
  scope.budget.count('layerCalls', 'the graph of a Keras model', origin.offset);
  scope.budget.checkTime('the graph of a Keras model', origin.offset);
  if (layer.model !== null) {
    const inputs = [...call.args, ...call.kwargs.values()].flatMap((value) => tensorsIn(value));
    return compileLayers(layer.model, inputs, layer, scope);
  }
  const context = new LayerContext(layer, scope, call);
  if (layer.isOperation || (!KERAS_LAYERS.has(className) && KERAS_OPERATIONS.has(className))) {
    const operation = KERAS_OPERATIONS.get(className);
    if (operation === undefined)
      throw stepUnsupported(
        origin,
        'the operation',
        JSON.stringify(className),
        'functions that docs/operators.md lists are',
      );
    return asList(operation(context));
  }
  const kind = KERAS_LAYERS.get(className);
  if (kind === undefined)
    throw stepUnsupported(
      origin,
      'the layer',
      JSON.stringify(className),
      'layers that docs/operators.md lists are',
    );
  const quantization = layer.config.quantization();
  if (quantization !== null && quantization !== kind.quantized)
    throw stepUnsupported(origin, 'dtype', `quantised (${quantization})`, 'Dense and Embedding of int8 are');
  const results = asList(kind.compile(context));
  if (kind.mask === 'computes') return results;
  const { mask } = kind.mask === 'keeps' ? context : { mask: null };
  return results.map((result) => ({ ...result, mask }));
}

const asList = (result: KerasTensor | readonly KerasTensor[]): readonly KerasTensor[] =>
  'value' in result ? [result] : result;

const tensorsIn = (value: CallValue): readonly KerasTensor[] => {
  if (value.kind === 'tensor') return [value.tensor];
  return value.kind === 'list' ? value.items.flatMap(tensorsIn) : [];
};

/** Compiles a model over the tensors that it is called with, and answers its outputs. */
export function compileLayers(
  model: ModelArchitecture,
  inputs: readonly KerasTensor[],
  parts: ModelParts,
  scope: ModelScope,
): readonly KerasTensor[] {
  const names = containerNames(model.layers);
  const layers = model.layers.map((layer, i) => {
    const path = `layers/${names[i]}`;
    return layerOf(layer, { weights: parts.weights.part(path), assetPath: `${parts.assetPath}${path}` });
  });
  if (model.kind === 'sequential') return compileChain(layers, inputs, scope);
  return new FunctionalGraph(model, layers, inputs, scope).outputs();
}

const plainCall = (tensors: readonly KerasTensor[]): LayerCall => {
  const items = tensors.map((tensor): CallValue => ({ kind: 'tensor', tensor }));
  const [only] = items;
  return {
    args: [items.length === 1 && only !== undefined ? only : { kind: 'list', items }],
    kwargs: new Map(),
  };
};

/** Layers one after the other. */
const compileChain = (
  layers: readonly KerasLayer[],
  inputs: readonly KerasTensor[],
  scope: ModelScope,
): readonly KerasTensor[] =>
  layers.reduce(
    (tensors, layer) =>
      layer.className === 'InputLayer' ? tensors : callLayer(scope, layer, plainCall(tensors)),
    inputs,
  );

/** A graph of calls, compiled in the order in which Keras makes them: what no output needs is left out. */
class FunctionalGraph {
  readonly #model: ModelArchitecture;
  readonly #scope: ModelScope;
  readonly #layers: ReadonlyMap<string, KerasLayer>;
  readonly #calls: ReadonlyMap<string, readonly CallTemplate[]>;
  readonly #results = new Map<string, readonly KerasTensor[]>();

  constructor(
    model: ModelArchitecture,
    layers: readonly KerasLayer[],
    inputs: readonly KerasTensor[],
    scope: ModelScope,
  ) {
    this.#model = model;
    this.#scope = scope;
    this.#layers = new Map(layers.map((layer) => [layer.name, layer]));
    this.#calls = new Map(model.layers.map(({ name, calls }) => [name, calls]));
    if (this.#layers.size < layers.length)
      throw stepInvalid(model.origin, 'layers', 'two of one name', 'names that differ');
    if (model.inputs.length !== inputs.length)
      throw stepInvalid(
        model.origin,
        'input_layers',
        `${model.inputs.length} inputs`,
        `${inputs.length}, as it is called with`,
      );
    for (const [i, { layer }] of model.inputs.entries()) {
      const tensor = inputs[i];
      if (tensor !== undefined) this.#results.set(nodeKey({ layer, call: 0 }), [tensor]);
    }
  }

  outputs(): readonly KerasTensor[] {
    const order = executionOrder(this.#model, {
      templateOf: (node) => this.#templateOf(node),
      isInput: (node) => this.#results.has(nodeKey(node)),
    });
    for (const node of order) this.#compile(node, this.#templateOf(node));
    return this.#model.outputs.map((reference) => this.#tensor(reference));
  }

  #tensor(reference: TensorReference): KerasTensor {
    const tensor = this.#results.get(nodeKey(reference))?.[reference.output];
    if (tensor === undefined)
      throw stepInvalid(
        this.#model.origin,
        'the graph',
        `output ${reference.output} of ${JSON.stringify(reference.layer)}`,
        'a tensor that there is',
      );
    return this.#scope.unmasked.has(tensor.value) ? { ...tensor, mask: null } : tensor;
  }

  #templateOf({ layer, call }: CallNode): CallTemplate {
    // In Keras 2 the first call of a model is the one that made it: those in other models count from 1.
    const inner = this.#scope.kerasMajor < 3 ? this.#layers.get(layer)?.model : null;
    const skipped = inner?.layers[0]?.className === 'InputLayer' ? 1 : 0;
    const template = this.#calls.get(layer)?.[call - skipped];
    if (template === undefined)
      throw stepInvalid(
        this.#model.origin,
        'the graph',
        `call ${call} of ${JSON.stringify(layer)}`,
        'a call that there is',
      );
    return template;
  }

  #compile(node: CallNode, template: CallTemplate): void {
    const layer = this.#layers.get(node.layer);
    if (layer === undefined)
      throw stepInvalid(
        this.#model.origin,
        'the graph',
        `no layer ${JSON.stringify(node.layer)}`,
        'that layer',
      );
    const call: LayerCall = {
      args: template.args.map((argument) => this.#value(argument)),
      kwargs: new Map(Array.from(template.kwargs, ([name, argument]) => [name, this.#value(argument)])),
    };
    this.#results.set(nodeKey(node), callLayer(this.#scope, layer, call));
  }

  #value(argument: ArgumentTemplate): CallValue {
    if (argument.kind === 'plain') return argument;
    if (argument.kind === 'list')
      return { kind: 'list', items: argument.items.map((item) => this.#value(item)) };
    return { kind: 'tensor', tensor: this.#tensor(argument.reference) };
  }
}
