import type { PlimsollError } from '../../core/errors.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import type { DocumentValue } from '../json/document.ts';
import type { ModelArchitecture } from './architecture.ts';
import type { KerasConfig } from './config.ts';
import type { KerasTensor, TensorGraph } from './tensor-graph.ts';

/** Numbers of a constant that no weight of the file stands for. */
const MOST_MADE = 2 ** 22;

/** What a layer is called with: tensors, plain values, and lists of both. */
export type CallValue = CallTensor | CallList | CallPlain;
export interface CallTensor {
  readonly kind: 'tensor';
  readonly tensor: KerasTensor;
}
export interface CallList {
  readonly kind: 'list';
  readonly items: readonly CallValue[];
}
/** A value that stands in the file. */
export interface CallPlain {
  readonly kind: 'plain';
  readonly value: DocumentValue | undefined;
}

/** Trained numbers, by the layer they belong to and where they lie in it: `vars/0`, `cell/vars/1`. */
export interface LayerWeights {
  /** The tensor at a path below the layer, or null where there is none. */
  find(path: string): Tensor | null;
  /** The weights of a part of the layer. */
  part(path: string): LayerWeights;
}

/** What all layers of one model share while they are compiled. */
export interface ModelScope {
  readonly graph: TensorGraph;
  readonly budget: ReadBudget;
  /** Major version of Keras that wrote the file: some defaults differ. */
  readonly kerasMajor: number;
  /** Whether that version is this one or later; what does not say its version counts as the newest. */
  readonly isSince: (major: number, minor: number) => boolean;
  /** Tensors, by their names, whose masks an attention layer has taken away: what reads them later finds none. */
  readonly unmasked: Set<string>;
  /** Compiles a layer that a wrapper holds. */
  readonly callLayer: (layer: KerasLayer, call: LayerCall) => readonly KerasTensor[];
  /** A layer that another one holds in a field: an activation, a cell, what a wrapper wraps. */
  readonly partOf: (
    holder: KerasLayer,
    fields: ReadonlyMap<string, DocumentValue>,
    part: string,
  ) => KerasLayer;
  /** Lists of words that the archive holds beside the weights. */
  readonly asset: (path: string) => Uint8Array | null;
}

/** One call of a layer: positional and named arguments. */
export interface LayerCall {
  readonly args: readonly CallValue[];
  readonly kwargs: ReadonlyMap<string, CallValue>;
}

/** A layer as its file describes it. */
export interface KerasLayer {
  readonly origin: StepOrigin;
  readonly className: string;
  readonly name: string;
  readonly config: KerasConfig;
  readonly weights: LayerWeights;
  /** Set where the layer is a model of its own. */
  readonly model: ModelArchitecture | null;
  /** Whether it is a function of `keras.ops`. */
  readonly isOperation: boolean;
  /** Where the assets of the layer lie in the archive. */
  readonly assetPath: string;
}

/** A layer while one call of it is compiled. */
export class LayerContext {
  readonly layer: KerasLayer;
  readonly scope: ModelScope;
  readonly call: LayerCall;

  constructor(layer: KerasLayer, scope: ModelScope, call: LayerCall) {
    this.layer = layer;
    this.scope = scope;
    this.call = call;
  }

  get graph(): TensorGraph {
    return this.scope.graph;
  }

  get config(): KerasConfig {
    return this.layer.config;
  }

  /** The only tensor that the layer is called with, or the first. */
  get input(): KerasTensor {
    return this.tensorAt(0, 'inputs');
  }

  /** All tensors of the first argument. */
  get inputs(): readonly KerasTensor[] {
    return tensorsOf(this.call.args[0]);
  }

  argument(position: number, name: string): CallValue | null {
    const value = this.call.args[position] ?? this.call.kwargs.get(name) ?? null;
    return value?.kind === 'plain' && (value.value ?? null) === null ? null : value;
  }

  /** A tensor among the arguments. */
  tensorAt(position: number, name: string): KerasTensor {
    const tensor = this.tensorOrNull(position, name);
    if (tensor === null) throw this.invalid(name, 'no tensor', 'a tensor that it is called with');
    return tensor;
  }

  tensorOrNull(position: number, name: string): KerasTensor | null {
    const [tensor = null] = tensorsOf(this.argument(position, name) ?? undefined);
    return tensor;
  }

  /** The mask of the call: the one it is given, or the one that its input brings along. */
  get mask(): KerasTensor | null {
    return (
      this.tensorOrNull(Number.POSITIVE_INFINITY, 'mask') ?? tensorsOf(this.call.args[0])[0]?.mask ?? null
    );
  }

  /** The type in which the layer computes. */
  get computeType(): DType {
    return this.config.computeType();
  }

  /** The input in the type in which the layer computes: floating-point inputs are cast, as Keras does. */
  get castInput(): KerasTensor {
    return this.autocast(this.input);
  }

  /**
   * The input as numbers that are multiplied with weights, or averaged: whole numbers, such as those of TextVectorization in multi_hot,
   * become floating-point ones, as Keras promotes them (`backend.result_type`).
   */
  get floatInput(): KerasTensor {
    return this.asFloat(this.input);
  }

  asFloat(x: KerasTensor): KerasTensor {
    return this.graph.cast(x, this.computeType);
  }

  autocast(x: KerasTensor): KerasTensor {
    return x.dtype.startsWith('float') ? this.graph.cast(x, this.computeType) : x;
  }

  /** A weight of the layer in the type in which it computes; its sizes must be the wanted ones (null: any). */
  weight(path: string, shape: readonly (number | null)[]): KerasTensor {
    const numbers = this.numbers(path, shape);
    if (this.computeType.startsWith('float') && !numbers.dtype.startsWith('float'))
      throw this.unsupported(`weight ${path}`, numbers.dtype, 'weights that are not quantised are');
    return this.graph.cast(this.graph.tensor(numbers), this.computeType);
  }

  /** A weight as it is in the file. */
  numbers(path: string, shape: readonly (number | null)[]): Tensor {
    const tensor = this.layer.weights.find(path);
    const wanted = `a tensor of shape [${shape.map((size) => size ?? '?').join(', ')}]`;
    if (tensor === null) throw this.invalid(`weight ${path}`, 'missing', wanted);
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((size, axis) => size === null || size === tensor.shape[axis]);
    if (!fits) throw this.invalid(`weight ${path}`, `a tensor of shape [${tensor.shape.join(', ')}]`, wanted);
    return tensor;
  }

  /** What masked places get added before a softmax: about the lowest number of the type. */
  largeNegative(x: KerasTensor): number {
    return x.dtype === 'float16' ? -3e4 : -1e9;
  }

  invalid(field: string, found: string, wanted: string): PlimsollError {
    return stepInvalid(this.layer.origin, field, found, wanted);
  }

  unsupported(field: string, found: string, wanted: string): PlimsollError {
    return stepUnsupported(this.layer.origin, field, found, wanted);
  }

  /** Refuses what would become a constant of more numbers than a graph may keep of nothing but its own words. */
  expectStorable(field: string, count: number): void {
    if (!(count <= MOST_MADE)) throw this.unsupported(field, String(count), `up to ${MOST_MADE} are`);
  }

  /** A size that must be known before the graph runs. */
  fixed(x: KerasTensor, axis: number): number {
    const size = x.shape[axis < 0 ? axis + x.shape.length : axis] ?? null;
    if (size === null) throw this.unsupported(`axis ${axis} of its input`, 'free', 'a fixed size is');
    return size;
  }

  /** Refuses inputs with fewer or more axes than the layer works on. */
  expectRank(x: KerasTensor, ranks: readonly number[]): void {
    if (ranks.includes(x.shape.length)) return;
    throw this.invalid('its input', `a tensor of ${x.shape.length} axes`, `${ranks.join(' or ')} axes`);
  }
}

/** All tensors of an argument, in order. */
export function tensorsOf(value: CallValue | undefined): readonly KerasTensor[] {
  if (value === undefined || value.kind === 'plain') return [];
  return value.kind === 'tensor' ? [value.tensor] : value.items.flatMap(tensorsOf);
}

/** Turns one call of a layer into nodes. */
export type CompileLayer = (context: LayerContext) => KerasTensor | readonly KerasTensor[];

/** A weight that a layer makes, by its place below the layer; `fixed` ones are not trained (statistics, moving averages). */
export interface WeightPlace {
  readonly path: string;
  readonly fixed?: true;
}

/** One class of layers. */
export interface LayerKind {
  readonly compile: CompileLayer;
  /** The one way of quantising its weights that is read. */
  readonly quantized?: 'int8';
  /**
   * What becomes of a mask: kept as it is, computed by `compile`, or dropped, which is what Keras does where a layer does not
   * say that it supports masks.
   */
  readonly mask: 'keeps' | 'computes' | 'drops';
  /** The weights in the order in which the layer makes them: files of the old format have them in one list. */
  readonly weights: (config: KerasConfig, holder: WeightHolder) => readonly WeightPlace[];
}

/** Tells the weights of a layer that another one holds in a field, below a place. */
export interface WeightHolder {
  readonly inner: (config: KerasConfig, field: string, place: string) => readonly WeightPlace[];
}

/** The layers of one family, by the names that files have for them. */
export type LayerTable = readonly (readonly [name: string, kind: LayerKind])[];
