import { AtenCall } from '../aten/call.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenOperator } from '../aten/operator.ts';
import { atenOperator } from '../aten/table.ts';
import { type AtenTensor, type AtenValue, isValue, isValues } from '../aten/value.ts';
import { viewLink } from '../program/views.ts';
import { PLAIN_COLLECTIONS } from './collections.ts';
import { TENSOR_FACTS } from './facts.ts';
import { ANY_AXES, guessesOf } from './guesses.ts';
import { InputWanted, type ScriptInputs } from './inputs.ts';
import { overloadOf } from './overloads.ts';
import { PLAIN_NUMBERS, type PlainCall } from './plain.ts';
import { requireShapes } from './shapes.ts';
import { ScriptTensor, type TensorView } from './tensor.ts';
import { PLAIN_TEXTS } from './texts.ts';
import {
  atenOf,
  describeScriptValue,
  isScript,
  placeText,
  type ScriptPlace,
  type ScriptValue,
  scriptItems,
  scriptList,
  scriptTuple,
  scriptUnsupported,
  undecidedBranch,
} from './value.ts';

/** A call of an operator, as the code has it. */
export interface OperatorCall extends PlainCall {
  readonly inputs: ScriptInputs;
}

/** Functions of plain values, in the order in which they are tried. */
const PLAIN = [PLAIN_NUMBERS, PLAIN_COLLECTIONS, PLAIN_TEXTS, TENSOR_FACTS];

/** Operators that leave sizes alone: of an input that nothing has looked at, they make one more of the kind. */
const KEEPS_SIZES = new Set(
  [
    ...'relu relu6 sigmoid tanh silu gelu mish leaky_relu elu hardtanh hardswish hardsigmoid exp log sqrt neg abs'.split(
      ' ',
    ),
    ...'dropout feature_dropout alpha_dropout detach contiguous clone to float alias type_as clamp'.split(
      ' ',
    ),
    ...'add sub mul div true_divide pow rsub'.split(' '),
  ].map((name) => `torch.${name}`),
);

/** What torch answers is the very tensor that it was given, where nothing is to be done. */
const ALIASES =
  /^(?:to|float|detach_?|alias|lift|lift_fresh|cpu|requires_grad_|reshape|flatten|squeeze|expand)$/;

/** What makes a copy where it changes the type. */
const CONVERTS = /^(?:to|float|double|type_as)$/;

/** Calls a function of plain values or an operator of ATen. Throws MODEL_UNSUPPORTED with file and line. */
export function callOperator(call: OperatorCall): ScriptValue {
  const waiting = isIdentity(call.name) ? undefined : waitingIn(call.args);
  if (waiting !== undefined) {
    const passed = unlooked(call, waiting);
    if (passed !== null) return passed;
  }
  for (const functions of PLAIN) {
    const made = functions.get(call.name)?.(call);
    if (made !== undefined) return made;
  }
  const name = /^torch\.(\w+)$/.exec(call.name)?.[1];
  if (name === undefined) throw unknownOperator(call);
  return new OperatorRun(call).run(name);
}

const isIdentity = (name: string): boolean =>
  [
    'torch.__is__',
    'torch.__isnot__',
    'prim.device',
    'prim.is_nested',
    'prim.requires_grad',
    'prim.data',
    'torch.append',
  ].includes(name);

const unknownOperator = ({ place, name, args }: PlainCall): Error => {
  const unknown = args.find((value) => isScript(value, 'unknown'));
  return isScript(unknown, 'unknown')
    ? undecidedBranch(place, unknown.from)
    : scriptUnsupported(place, 'the operator', name, 'those that docs/operators.md lists are');
};

/** An input that nothing has looked at yet: it goes through what keeps sizes, and anything else asks for its axes. */
function unlooked(call: OperatorCall, waiting: ScriptTensor): ScriptTensor | null {
  const { input } = waiting.origin;
  if (input === null) return null;
  const others = call.args.slice(1);
  const isAlone = others.every(
    (value) => !isScript(value, 'ref') || (value.isKnown && value.value.shape.length === 0),
  );
  if (call.args[0] === waiting && isAlone && KEEPS_SIZES.has(call.name))
    return new ScriptTensor(null, { stored: null, input });
  const said = guessesOf(call.name.replace(/^(?:torch|prim)\./, ''), call.args, waiting);
  throw new InputWanted(input, said ?? ANY_AXES, said === null);
}

/** The first input among arguments, and in lists of them, that nothing has looked at. */
function waitingIn(args: readonly ScriptValue[]): ScriptTensor | undefined {
  for (const value of args) {
    const found = isScript(value, 'ref')
      ? value.isKnown
        ? undefined
        : value
      : waitingIn(scriptItems(value) ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

class OperatorRun {
  readonly #call: OperatorCall;
  readonly #g: AtenGraph;
  readonly #place: ScriptPlace;

  constructor(call: OperatorCall) {
    this.#call = call;
    this.#g = call.g;
    this.#place = call.place;
  }

  run(name: string): ScriptValue {
    const exact = this.#rowOf(name);
    if (exact !== undefined) return this.#answer(name, exact, this.#emit(exact));
    const base = /[^_]_$/.test(name) ? name.slice(0, -1) : null;
    const row = base === null ? undefined : this.#rowOf(base);
    if (base === null || row === undefined) throw unknownOperator(this.#call);
    return this.#inPlace(base, row);
  }

  #rowOf(name: string): AtenOperator | undefined {
    const [own, overload] = overloadOf(name, this.#call);
    return atenOperator(own, overload);
  }

  #inPlace(name: string, row: AtenOperator): ScriptValue {
    const [target] = this.#call.args;
    if (!isScript(target, 'ref')) throw unknownOperator(this.#call);
    this.#call.requireWritable(target);
    target.requireOwn(this.#call.name);
    const before = target.value;
    const made = this.#emit(row);
    if (!isValue(made, 'tensor')) throw unknownOperator(this.#call);
    if (row.isView && !row.mayCopy) {
      // `t_` and `unsqueeze_` write nothing: the name is for another view from now on.
      target.turn(made, (base) => this.#viewOf(row, base, null), `torch.${name}_`);
      return target;
    }
    const written = this.#g.cast(made, before.dtype);
    // Drop-out and the like change nothing.
    if (written !== before) target.write(written, `torch.${name}_`);
    return target;
  }

  /** Arguments by the names of the schema. */
  #bound(row: AtenOperator): Map<string, AtenValue> {
    const { args, keywords } = this.#call;
    const given = new Map<string, AtenValue>();
    for (const [i, value] of args.entries()) {
      const name = row.parameters[i];
      if (name === undefined) throw this.#wrong(`argument ${i + 1}`, value);
      given.set(name, this.#argument(name, value));
    }
    for (const [name, value] of keywords) {
      if (value !== null && !row.parameters.includes(name)) throw this.#wrong(name, value);
      given.set(name, this.#argument(name, value));
    }
    return given;
  }

  #argument(name: string, value: ScriptValue): AtenValue {
    const made = atenOf(value);
    if (made === undefined) throw this.#wrong(name, value);
    return made;
  }

  #wrong(name: string, value: ScriptValue): Error {
    if (isScript(value, 'unknown')) return undecidedBranch(this.#place, value.from);
    const found = `${name}: ${describeScriptValue(value)}`;
    return scriptUnsupported(this.#place, this.#call.name, found, 'what docs/operators.md lists is');
  }

  #emit(row: AtenOperator): AtenValue {
    const given = this.#bound(row);
    requireShapes(row.name.replace(/\..*$/, ''), { given, inputs: this.#call.inputs, place: this.#place });
    const place = { path: placeText(this.#place), name: this.#call.name };
    return row.emit(new AtenCall(this.#g, place, given));
  }

  #answer(name: string, row: AtenOperator, made: AtenValue): ScriptValue {
    if (isValue(made, 'tensor')) {
      const base = row.isView ? this.#base(null) : null;
      const isCopy = base === null || (CONVERTS.test(name) && this.#isConverted(row, made, base));
      if (isCopy) return new ScriptTensor(made);
      if (ALIASES.test(name) && made === base.value) return base;
      return new ScriptTensor(made, undefined, this.#viewOf(row, base, null));
    }
    if (!isValues(made)) return made;
    const parts = made.map((part, i) => {
      if (!isValue(part, 'tensor')) return isValues(part) ? null : part;
      const base = row.isView ? this.#base(i) : null;
      return new ScriptTensor(part, undefined, base && this.#viewOf(row, base, i));
    });
    return row.isView ? scriptList(parts) : scriptTuple(parts);
  }

  /** What an answer may be a view of: the first argument, of a list the tensor in its place. One made of several is new. */
  #base(part: number | null): ScriptTensor | null {
    const first = this.#call.args.find((value) => typeof value !== 'string');
    const items = scriptItems(first) ?? [];
    const base = isScript(first, 'ref') ? first : items[part ?? (items.length === 1 ? 0 : items.length)];
    return isScript(base, 'ref') ? base : null;
  }

  /** A change of type makes a copy, and so does who asks for one. */
  #isConverted(row: AtenOperator, made: AtenTensor, base: ScriptTensor): boolean {
    return made !== base.value || this.#bound(row).get('copy') === true;
  }

  /** How what was made follows what it is a view of. */
  #viewOf(row: AtenOperator, base: ScriptTensor, part: number | null): TensorView {
    if (row.mayCopy) return { base, again: null, scatter: null };
    const place = { path: placeText(this.#place), name: this.#call.name };
    const link = viewLink(this.#g, { operator: row, place, given: this.#bound(row), of: '' }, part);
    const tensorOf = (made: AtenValue): AtenTensor => {
      if (isValue(made, 'tensor')) return made;
      throw unknownOperator(this.#call);
    };
    return {
      base,
      again: (of) => tensorOf(link.again(of)),
      scatter: (into, value) => tensorOf(link.into(into, value)),
    };
  }
}
