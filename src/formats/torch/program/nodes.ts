import { PlimsollError } from '../../../core/errors.ts';
import type { ReadBudget } from '../../budget.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { AtenCall, type CallPlace, callUnsupported } from '../aten/call.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenOperator } from '../aten/operator.ts';
import { atenOperator } from '../aten/table.ts';
import {
  type AtenTensor,
  type AtenValue,
  describeAten,
  isValue,
  isValues,
  type TensorSize,
} from '../aten/value.ts';
import { unionOf } from './argument.ts';
import { HIGHER_ORDER, type HigherOrderCall } from './higher-order.ts';
import { PROGRAM, setField, symbolicSize, tensorMeta } from './schema.ts';
import { ProgramValues, type ViewLink } from './values.ts';
import { sameStorage, viewLink } from './views.ts';

/** Graphs in graphs. */
const DEPTH = 8;

/** Nodes of a graph of a program, one after the other. */
export class ProgramNodes {
  readonly #g: AtenGraph;
  readonly #values: ProgramValues;
  readonly #graph: DocumentView;
  readonly #metas: DocumentView;
  readonly #budget: ReadBudget;
  /** Graphs around this one. */
  readonly #depth: number;

  constructor(g: AtenGraph, values: ProgramValues, graph: DocumentView, budget: ReadBudget, depth = 0) {
    this.#g = g;
    this.#values = values;
    this.#graph = graph;
    this.#metas = graph.child('tensor_values');
    this.#budget = budget;
    this.#depth = depth;
  }

  run(): void {
    for (const node of this.#graph.children('nodes')) {
      this.#budget.checkTime(PROGRAM, node.place.offset);
      this.#node(node);
    }
  }

  /** The value of an argument. */
  value(union: DocumentView): AtenValue {
    return unionOf(union, (name, at) => this.#values.get(name, at.place.offset));
  }

  #node(node: DocumentView): void {
    const target = node.text('target');
    const outputs = node.children('outputs').map(outputName);
    const label = outputs.flat().find((name) => name !== null) ?? target;
    const place: CallPlace = { path: `node "${label}"`, name: target };
    const higher = HIGHER_ORDER.get(target.replace('torch.ops.higher_order.', ''));
    if (higher !== undefined && target.startsWith('torch.ops.higher_order.')) {
      const made = higher(this.#higherOrder(node, place));
      const isOne = outputs.length === 1 && !Array.isArray(outputs[0]);
      this.#define(outputs, isOne ? (made[0] ?? null) : made, node, () => null);
      return;
    }
    const row = operatorOf(target);
    if (row === null) {
      if (outputs.flat().every((name) => name === null) && ASSERTIONS.test(target)) return;
      throw callUnsupported(place, 'the operator', target, 'those that docs/operators.md lists are');
    }
    const inputs = node.children('inputs');
    const given = new Map(
      inputs.map((input, i) => [
        // Operators of Python have no names for what they take.
        target.startsWith('torch.ops.') ? input.text('name') : (row.operator.parameters[i] ?? ''),
        this.value(input.child('arg')),
      ]),
    );
    const unread = [...given].find(
      ([name, value]) => value !== null && !row.operator.parameters.includes(name),
    );
    if (unread !== undefined)
      throw callUnsupported(
        place,
        unread[0] || 'its arguments',
        describeAten(unread[1]),
        'calls without it are',
      );
    const made = row.operator.emit(new AtenCall(this.#g, place, given));
    const sources = sourcesOf(inputs);
    const of = typeof sources === 'string' ? sources : null;
    if (row.inPlace && of !== null && isValue(made, 'tensor'))
      this.#values.overwrite(of, this.#written(made, of), target, node.place.offset);
    const { operator } = row;
    const linked = (part: number | null): ViewLink | null => {
      if (row.inPlace) return of === null ? null : sameStorage(of);
      const own = of ?? sources[part ?? (sources.length === 1 ? 0 : sources.length)];
      return operator.isView && own !== undefined
        ? viewLink(this.#g, { operator, place, given, of: own }, part)
        : null;
    };
    this.#define(outputs, made, node, linked);
  }

  #higherOrder(node: DocumentView, place: CallPlace): HigherOrderCall {
    if (this.#depth >= DEPTH)
      throw callUnsupported(place, 'its depth', `graphs in ${DEPTH} others`, `${DEPTH} are`);
    const inputs = node.children('inputs').map((input) => input.child('arg'));
    const isGraph = (arg: DocumentView): boolean => arg.isGiven('as_graph');
    return {
      g: this.#g,
      place,
      graphs: inputs.filter(isGraph).map((arg) => arg.child('as_graph').child('graph')),
      values: inputs.filter((arg) => !isGraph(arg)).map((arg) => this.value(arg)),
      run: (graph, given, g) => this.#inner(graph, given, g),
    };
  }

  /** What a graph inside this one answers. It may not write to what it is given. */
  #inner(graph: DocumentView, given: readonly AtenValue[], g: AtenGraph): readonly AtenValue[] {
    const values = new ProgramValues(PROGRAM);
    for (const [i, input] of graph.children('inputs').entries()) {
      const name = inputName(input);
      if (name !== null) values.keep(name, given[i] ?? null, input.place.offset, name);
    }
    const nodes = new ProgramNodes(g, values, graph, this.#budget, this.#depth + 1);
    nodes.run();
    return graph.children('outputs').map((output) => nodes.value(output));
  }

  /** What is written into a tensor takes its type. */
  #written(made: AtenTensor, name: string): AtenTensor {
    const meta = this.#metas.childOrNull(name);
    return meta === null ? made : this.#g.cast(made, tensorMeta(meta, `value "${name}"`).dtype);
  }

  #define(
    outputs: readonly (string | null | readonly (string | null)[])[],
    made: AtenValue,
    node: DocumentView,
    linked: (part: number | null) => ViewLink | null,
  ): void {
    const { offset } = node.place;
    const values = outputs.length === 1 ? [made] : isValues(made) ? made : [];
    for (const [i, output] of outputs.entries()) {
      const value = values[i] ?? null;
      const names = typeof output === 'object' && output !== null ? output : [output];
      const parts = typeof output === 'object' && output !== null ? (isValues(value) ? value : []) : [value];
      for (const [j, name] of names.entries()) {
        if (name === null) continue;
        const part = parts[j] ?? null;
        const value = part === null ? null : this.#described(name, part, offset);
        this.#values.define(name, value, offset, linked(isValues(made) ? Math.max(i, j) : null));
      }
    }
  }

  /** A value with the type and the symbols that the program states for it. */
  #described(name: string, value: AtenValue, offset: number): AtenValue {
    if (isValue(value, 'symbolic')) {
      const stated = this.#graph.childOrNull('sym_int_values')?.childOrNull(name);
      if (stated == null) return value;
      const symbol = symbolicSize(stated);
      return typeof symbol === 'number' ? value : this.#g.symbolic(symbol, value.tensor);
    }
    const meta = isValue(value, 'tensor') ? this.#metas.childOrNull(name) : null;
    if (meta === null || !isValue(value, 'tensor')) return value;
    const { dtype, shape } = tensorMeta(meta, `value "${name}"`);
    const sizes = value.shape.map((size, axis) => agreed(size, shape[axis]));
    if (shape.length === value.shape.length ? sizes.includes(null) : !sameButOnes(shape, value.shape))
      throw new PlimsollError('READ_CORRUPT', {
        what: PROGRAM,
        offset,
        found: `${JSON.stringify(name.slice(0, 80))} stated as [${shape}], made as [${value.shape}]`,
        wanted: 'the sizes that the operators make',
      });
    if (shape.length !== value.shape.length) return this.#g.cast(value, dtype);
    const known = sizes.filter((size) => size !== null);
    return this.#g.cast({ ...value, shape: known }, dtype);
  }
}

/** torch 2.6 states the last states of an LSTM with an axis of 1 that its operator does not make. */
const sameButOnes = (a: readonly TensorSize[], b: readonly TensorSize[]): boolean =>
  a.filter((size) => size !== 1).join() === b.filter((size) => size !== 1).join();

/** What is known of a size, from what its operator makes and what the program states; null where the two disagree. */
function agreed(made: TensorSize, stated: TensorSize | undefined): TensorSize | null {
  if (stated === undefined) return null;
  if (typeof made === 'number' && typeof stated === 'number') return made === stated ? made : null;
  return typeof made === 'number' ? made : stated;
}

type OutputName = string | null | readonly (string | null)[];

/** Names that a node gives to what it makes. */
function outputName(output: DocumentView): OutputName {
  const variant = setField(output);
  if (variant === 'as_tensor') return output.child(variant).text('name');
  if (variant === 'as_tensors') return output.children(variant).map((item) => item.text('name'));
  if (variant === 'as_optional_tensor') return optionalName(output.child(variant));
  if (variant === 'as_optional_tensors') return output.children(variant).map(optionalName);
  if (variant === 'as_none') return null;
  if (['as_sym_int', 'as_sym_bool', 'as_sym_float'].includes(variant)) {
    const symbol = output.child(variant);
    return symbol.isGiven('as_name') ? symbol.text('as_name') : null;
  }
  throw output.wrong(variant, 'a tensor or a size');
}

/** The name of an input of a graph; null where it is a number or None. */
function inputName(input: DocumentView): string | null {
  const variant = setField(input);
  if (variant === 'as_tensor') return input.child(variant).text('name');
  if (variant !== 'as_sym_int') return null;
  const symbol = input.child(variant);
  return symbol.isGiven('as_name') ? symbol.text('as_name') : null;
}

const optionalName = (item: DocumentView): string | null =>
  item.isGiven('as_tensor') ? item.child('as_tensor').text('name') : null;

/** Nodes that make nothing, and hold what was true when the program was exported. */
const ASSERTIONS =
  /^torch\.ops\.aten\.(?:_assert\w*|sym_constrain_range\w*|_functional_assert\w*|_functional_sym_constrain\w*)\./;

/**
 * What an answer may be a view of: the first argument, or of a list the tensor in its place. What is made of several is
 * new.
 */
function sourcesOf(inputs: readonly DocumentView[]): string | readonly string[] {
  const first = inputs.map((input) => input.child('arg')).find((arg) => !arg.isGiven('as_string'));
  if (first?.isGiven('as_tensor')) return first.child('as_tensor').text('name');
  return first?.isGiven('as_tensors') ? first.children('as_tensors').map((item) => item.text('name')) : [];
}

/** The row of a target: `torch.ops.aten.linear.default`, `_operator.mul`. */
function operatorOf(target: string): { operator: AtenOperator; inPlace: boolean } | null {
  const [, aten, other, overload = ''] =
    /^torch\.ops\.(?:aten\.(\w+)|(quantized_decomposed\.\w+))\.(\w+)$/.exec(target) ?? [];
  const own = /^(?:_operator|math|builtins|torch)\.\w+$/.test(target) ? target : null;
  const name = aten ?? other ?? own;
  if (name === null) return null;
  const exact = atenOperator(name, overload);
  if (exact !== undefined) return { operator: exact, inPlace: false };
  const base = /^[a-zA-Z]\w*[^_]_$/.test(name) ? atenOperator(name.slice(0, -1), overload) : undefined;
  // `t_` and `unsqueeze_` write nothing: what they answer is a view, and read in place of what they were given.
  return base === undefined ? null : { operator: base, inPlace: !base.isView || base.mayCopy };
}
