import { stepInvalid, stepUnsupported } from '../failure.ts';
import { type LayerDescription, type ModelArchitecture, readDescription } from './architecture.ts';
import type { ArgumentTemplate, CallTemplate } from './calls.ts';
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

/** A graph of calls, compiled from its outputs backwards: what no output needs is left out. */
class FunctionalGraph {
  readonly #model: ModelArchitecture;
  readonly #scope: ModelScope;
  readonly #layers: ReadonlyMap<string, KerasLayer>;
  readonly #calls: ReadonlyMap<string, readonly CallTemplate[]>;
  readonly #results = new Map<string, readonly KerasTensor[]>();
  readonly #started = new Set<string>();

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
      if (tensor !== undefined) this.#results.set(keyOf({ layer, call: 0 }), [tensor]);
    }
  }

  outputs(): readonly KerasTensor[] {
    return this.#model.outputs.map((reference) => this.#tensor(reference));
  }

  #tensor(reference: TensorReference): KerasTensor {
    this.#compileAll(reference);
    const tensor = this.#results.get(keyOf(reference))?.[reference.output];
    if (tensor === undefined)
      throw stepInvalid(
        this.#model.origin,
        'the graph',
        `output ${reference.output} of ${JSON.stringify(reference.layer)}`,
        'a tensor that there is',
      );
    return tensor;
  }

  /** Compiles a call after all that it needs; without recursion, for graphs can be long. */
  #compileAll(wanted: TensorReference): void {
    const stack: Pick<TensorReference, 'layer' | 'call'>[] = [wanted];
    for (;;) {
      const node = stack.at(-1);
      if (node === undefined) return;
      const key = keyOf(node);
      if (this.#results.has(key)) {
        stack.pop();
        continue;
      }
      const template = this.#templateOf(node);
      const missing = referencesOf(template).filter((reference) => !this.#results.has(keyOf(reference)));
      if (missing.length === 0) {
        this.#compile(node, template);
        stack.pop();
        continue;
      }
      if (this.#started.has(key))
        throw stepInvalid(
          this.#model.origin,
          'the graph',
          `a circle through ${JSON.stringify(node.layer)}`,
          'a graph without circles',
        );
      this.#started.add(key);
      stack.push(...missing);
    }
  }

  #templateOf({ layer, call }: Pick<TensorReference, 'layer' | 'call'>): CallTemplate {
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

  #compile(node: Pick<TensorReference, 'layer' | 'call'>, template: CallTemplate): void {
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
    this.#results.set(keyOf(node), callLayer(this.#scope, layer, call));
  }

  #value(argument: ArgumentTemplate): CallValue {
    if (argument.kind === 'plain') return argument;
    if (argument.kind === 'list')
      return { kind: 'list', items: argument.items.map((item) => this.#value(item)) };
    const tensor = this.#results.get(keyOf(argument.reference))?.[argument.reference.output];
    if (tensor === undefined)
      throw stepInvalid(
        this.#model.origin,
        'the graph',
        `output ${argument.reference.output} of ${JSON.stringify(argument.reference.layer)}`,
        'a tensor that there is',
      );
    return { kind: 'tensor', tensor };
  }
}

const keyOf = ({ layer, call }: Pick<TensorReference, 'layer' | 'call'>): string => `${call}:${layer}`;

function referencesOf({ args, kwargs }: CallTemplate): readonly TensorReference[] {
  const found: TensorReference[] = [];
  const collect = (argument: ArgumentTemplate): void => {
    if (argument.kind === 'reference') found.push(argument.reference);
    if (argument.kind === 'list') argument.items.forEach(collect);
  };
  args.forEach(collect);
  for (const argument of kwargs.values()) collect(argument);
  return found;
}
