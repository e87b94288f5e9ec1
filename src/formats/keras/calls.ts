import type { StepOrigin } from '../../model/step-base.ts';
import { stepInvalid } from '../failure.ts';
import { type DocumentValue, isObject, itemsOf } from '../json/document.ts';
import { shownValue } from '../json/document-view.ts';
import { type TensorReference, tensorReference } from './references.ts';

/** An argument of a call before there are tensors: references stand for them. */
export type ArgumentTemplate =
  | { readonly kind: 'reference'; readonly reference: TensorReference }
  | { readonly kind: 'list'; readonly items: readonly ArgumentTemplate[] }
  | { readonly kind: 'plain'; readonly value: DocumentValue | undefined };

/** One call of a layer in a graph. */
export interface CallTemplate {
  readonly args: readonly ArgumentTemplate[];
  readonly kwargs: ReadonlyMap<string, ArgumentTemplate>;
}

const KERAS_TENSOR = '__keras_tensor__';
const CONSTANT = '_CONSTANT_VALUE';
const MAX_DEPTH = 32;

/**
 * The calls of a layer. Keras 3 writes `{args, kwargs}` with tensors as `__keras_tensor__`; Keras 2 a list of `[layer, call, output,
 * kwargs]`, one for each tensor of the first argument.
 */
export function readCalls(value: DocumentValue | undefined, origin: StepOrigin): readonly CallTemplate[] {
  if (value === undefined) return [];
  const nodes = itemsOf(value);
  if (nodes === null) throw stepInvalid(origin, 'inbound_nodes', shownValue(value), 'a list of calls');
  return nodes.map((node) =>
    isObject(node) && node.fields.has('args') ? newCall(node.fields, origin) : oldCall(node, origin),
  );
}

function newCall(fields: ReadonlyMap<string, DocumentValue>, origin: StepOrigin): CallTemplate {
  const args = itemsOf(fields.get('args'));
  const kwargs = fields.get('kwargs');
  if (args === null || !isObject(kwargs))
    throw stepInvalid(origin, 'inbound_nodes', 'a call without args or kwargs', 'both');
  return {
    args: args.map((item) => newArgument(item, 0, origin)),
    kwargs: new Map(Array.from(kwargs.fields, ([name, item]) => [name, newArgument(item, 0, origin)])),
  };
}

function newArgument(value: DocumentValue, depth: number, origin: StepOrigin): ArgumentTemplate {
  if (depth > MAX_DEPTH)
    throw stepInvalid(origin, 'inbound_nodes', `lists over ${MAX_DEPTH} deep`, 'arguments of a call');
  if (isObject(value) && value.fields.get('class_name') === KERAS_TENSOR) {
    const config = value.fields.get('config');
    const reference = isObject(config) ? tensorReference(config.fields.get('keras_history')) : null;
    if (reference === null)
      throw stepInvalid(origin, 'inbound_nodes', 'a tensor of nowhere', 'a tensor with its keras_history');
    return { kind: 'reference', reference };
  }
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item: DocumentValue) => newArgument(item, depth + 1, origin)) };
  return { kind: 'plain', value };
}

/** Keras 2: tensors of the first argument, each with the other arguments. */
function oldCall(node: DocumentValue, origin: StepOrigin): CallTemplate {
  const listed = isObject(node) ? [...node.fields.values()] : itemsOf(node);
  // A function of one tensor has no list around it.
  const entries = typeof listed?.[0] === 'string' ? [node] : listed;
  if (entries === null) throw stepInvalid(origin, 'inbound_nodes', shownValue(node), 'a list of tensors');
  const kwargs = new Map<string, ArgumentTemplate>();
  const items = entries.map((entry): ArgumentTemplate => {
    const [layer, , value, named] = itemsOf(entry) ?? [];
    if (isObject(named))
      for (const [name, item] of named.fields) kwargs.set(name, oldArgument(item, 0, origin));
    if (layer === CONSTANT) return { kind: 'plain', value };
    const reference = tensorReference(entry);
    if (reference === null)
      throw stepInvalid(origin, 'inbound_nodes', shownValue(entry), 'a tensor, [layer, call, output]');
    return { kind: 'reference', reference };
  });
  const [only] = items;
  return { args: items.length === 1 && only !== undefined ? [only] : [{ kind: 'list', items }], kwargs };
}

function oldArgument(value: DocumentValue, depth: number, origin: StepOrigin): ArgumentTemplate {
  if (depth > MAX_DEPTH)
    throw stepInvalid(origin, 'inbound_nodes', `lists over ${MAX_DEPTH} deep`, 'arguments of a call');
  const reference = tensorReference(value);
  if (reference !== null) return { kind: 'reference', reference };
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item: DocumentValue) => oldArgument(item, depth + 1, origin)) };
  return { kind: 'plain', value };
}
