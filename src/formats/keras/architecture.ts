import type { StepOrigin } from '../../model/step-base.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import { type DocumentObject, type DocumentValue, isObject, itemsOf } from '../json/document.ts';
import { shownValue } from '../json/document-view.ts';
import { type CallTemplate, readCalls } from './calls.ts';
import { KerasConfig } from './config.ts';
import { type TensorReference, tensorReference } from './references.ts';

/** A layer as it stands in a configuration: its class, its arguments, and where it is called. */
export interface LayerDescription {
  readonly origin: StepOrigin;
  readonly className: string;
  readonly name: string;
  readonly config: KerasConfig;
  readonly calls: readonly CallTemplate[];
  /** Set where the class is a model of its own: a graph within the graph. */
  readonly model: ModelArchitecture | null;
  /** Whether this is a function of `keras.ops`, and no layer. */
  readonly isOperation: boolean;
}

/** The layers of a model, in the order in which its weights are kept. */
export interface ModelArchitecture {
  readonly kind: 'sequential' | 'functional';
  readonly origin: StepOrigin;
  readonly layers: readonly LayerDescription[];
  /** Empty in a sequential model. */
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

const SEQUENTIAL = 'Sequential';
const FUNCTIONAL = new Set(['Functional', 'Model']);
/** Models and wrappers within each other. */
const MAX_NESTING = 32;

/** Where the parts of a description are: its path in the model, and how deep that is. */
export interface DescriptionPlace {
  readonly path: string;
  readonly depth: number;
}

/**
 * Reads the description of a layer or a model, as Keras 2 and 3 write it. Classes are told by their names, which are never
 * resolved: what is registered by others, or comes from other modules, is refused by name.
 */
export function readDescription(value: DocumentValue | undefined, place: DescriptionPlace): LayerDescription {
  const path = place.path;
  if (!isObject(value))
    throw stepInvalid({ path, class: 'keras', offset: 0 }, 'the layer', shownValue(value), 'an object');
  const className = textOf(value, 'class_name') ?? '';
  const origin: StepOrigin = { path, class: `keras.${className}`, offset: value.offset };
  if (className === '')
    throw stepInvalid(origin, 'class_name', shownValue(value.fields.get('class_name')), 'a text');
  if (place.depth > MAX_NESTING)
    throw stepUnsupported(origin, 'nesting', `over ${MAX_NESTING} models within each other`, 'fewer are');
  const module = textOf(value, 'module');
  refuseOthers(value, origin, module);
  const config = configOf(value, origin);
  const name = config.textOrNull('name') ?? textOf(value, 'name') ?? className;
  return {
    origin,
    className,
    name,
    config,
    calls: readCalls(value.fields.get('inbound_nodes'), origin),
    model: modelOf(className, config, origin, place),
    isOperation: isOperation(module, config),
  };
}

/** Functions of `keras.ops` have a module of their own; where modules are left out (HDF5), they have nothing to train and no type. */
const isOperation = (module: string | null, config: KerasConfig): boolean =>
  module === null
    ? !config.isGiven('trainable') && !config.isGiven('dtype') && config.get('layers') === undefined
    : module.startsWith('keras.src.ops.');

/** What only code that is not in the file could say: classes of others, and functions as bytes. */
function refuseOthers(value: DocumentObject, origin: StepOrigin, module: string | null): void {
  const registered = textOf(value, 'registered_name');
  const className = textOf(value, 'class_name') ?? '';
  if (className === 'Lambda')
    throw stepUnsupported(
      origin,
      'the layer',
      'a Lambda, whose function is code of Python that is never run',
      'layers of Keras itself are',
    );
  const isForeign =
    module !== null &&
    !/^(?:keras|tf_keras|tensorflow\.keras|tensorflow\.python\.keras)(?:\.|$)/.test(module);
  const isRegistered = registered !== null && registered !== className && !registered.startsWith('keras');
  if (isForeign || isRegistered || className.includes('>')) {
    const found = `${isForeign ? `${module}.` : ''}${isRegistered ? registered : className}`;
    throw stepUnsupported(
      origin,
      'the class',
      JSON.stringify(found.slice(0, 120)),
      'classes of Keras itself are',
    );
  }
}

/** The configuration; old sequential models have the list of their layers in its place. */
function configOf(value: DocumentObject, origin: StepOrigin): KerasConfig {
  const config = value.fields.get('config');
  if (textOf(value, 'class_name') === SEQUENTIAL && itemsOf(config) !== null && config !== undefined)
    return new KerasConfig({ offset: value.offset, fields: new Map([['layers', config]]) }, origin);
  return new KerasConfig(config, origin);
}

function modelOf(
  className: string,
  config: KerasConfig,
  origin: StepOrigin,
  place: DescriptionPlace,
): ModelArchitecture | null {
  const isSequential = className === SEQUENTIAL;
  if (!isSequential && !FUNCTIONAL.has(className)) return null;
  const items = itemsOf(config.get('layers'));
  if (items === null) throw config.wrong('layers', 'a list of layers');
  const layers = items.map((item, i) =>
    readDescription(item, { path: partPath(place.path, item, i), depth: place.depth + 1 }),
  );
  if (isSequential) return { kind: 'sequential', origin, layers, inputs: [], outputs: [] };
  return {
    kind: 'functional',
    origin,
    layers,
    inputs: readReferences(config, 'input_layers'),
    outputs: readReferences(config, 'output_layers'),
  };
}

/** The path of a layer in its model: its name, or its place where it has none. */
function partPath(path: string, value: DocumentValue, index: number): string {
  const config = isObject(value) ? value.fields.get('config') : undefined;
  const name = isObject(config) ? config.fields.get('name') : undefined;
  const own = typeof name === 'string' ? name : String(index);
  return path === '' ? own : `${path}.${own}`;
}

/** One reference, a list of them, or any nesting of lists and dictionaries of them, in order. */
function readReferences(config: KerasConfig, field: string): readonly TensorReference[] {
  const found: TensorReference[] = [];
  const collect = (value: DocumentValue | undefined, depth: number): void => {
    const reference = tensorReference(value);
    if (reference !== null) found.push(reference);
    else if (depth > MAX_NESTING) throw config.wrong(field, 'references to tensors');
    else if (isObject(value)) for (const item of value.fields.values()) collect(item, depth + 1);
    else {
      const items = itemsOf(value);
      if (items === null) throw config.wrong(field, 'references to tensors');
      for (const item of items) collect(item, depth + 1);
    }
  };
  collect(config.get(field), 0);
  return found;
}

const textOf = (value: DocumentObject, field: string): string | null => {
  const text = value.fields.get(field);
  return typeof text === 'string' ? text : null;
};
