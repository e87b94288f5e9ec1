import type { AtenGraph } from '../aten/graph.ts';
import type { ScriptArchive } from './archive.ts';
import { getItem } from './collections.ts';
import { layerGuesses } from './guesses.ts';
import { InputWanted, type ScriptInputs } from './inputs.ts';
import { callOperator } from './operators.ts';
import type { StoredValues } from './stored.ts';
import type { ScriptCallExpression, ScriptExpression, ScriptFunction } from './syntax.ts';
import {
  describeScriptValue,
  isScript,
  placeText,
  type ScriptCallable,
  type ScriptObject,
  type ScriptPlace,
  type ScriptValue,
  scriptList,
  scriptTuple,
  scriptUnsupported,
  undecidedBranch,
} from './value.ts';

/** Expressions, statements and calls in one another. */
const DEPTH = 600;
/** Functions that make lists anew. */
const COPIES = new Set(['torch.list', 'torch.copy', 'torch.slice', 'torch.add', 'torch.mul']);

/** Code that raises an error for what it is given. */
export class ScriptRaise extends Error {
  readonly place: ScriptPlace;

  constructor(place: ScriptPlace, message: string) {
    super(message);
    this.place = place;
  }
}

/** Values by their names in one function. */
export type ScriptScope = Map<string, ScriptValue>;

/** What is run with. */
export interface ScriptContext {
  readonly g: AtenGraph;
  readonly archive: ScriptArchive;
  readonly stored: StoredValues;
  readonly inputs: ScriptInputs;
}

/** Expressions of code as values: what is known of them as the model is loaded, and tensors of the graph. */
export abstract class ScriptEvaluator {
  protected readonly context: ScriptContext;
  /** The file whose code is followed. */
  protected file = '';
  /** Branches around this place that may not be taken. */
  protected tentative = 0;
  /** Lists and dicts that a branch made which may not be taken. */
  readonly #tentativeValues = new WeakSet<object>();
  #depth = 0;

  constructor(context: ScriptContext) {
    this.context = context;
  }

  /** Calls a function of the code. */
  protected abstract invoke(
    called: ScriptFunction,
    args: readonly (ScriptValue | undefined)[],
    keywords: ReadonlyMap<string, ScriptValue>,
    place: ScriptPlace,
  ): ScriptValue;

  protected place(line: number): ScriptPlace {
    return { file: this.file, line };
  }

  /** Goes one deeper: stacks of the machine have an end. */
  protected deeper<T>(line: number, act: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH)
      throw scriptUnsupported(this.place(line), 'its depth', `more than ${DEPTH}`, 'code that ends is');
    try {
      return act();
    } finally {
      this.#depth -= 1;
    }
  }

  protected undecided(line: number, from: string): Error {
    return undecidedBranch(this.place(line), from);
  }

  protected evaluate(expression: ScriptExpression, scope: ScriptScope): ScriptValue {
    return this.deeper(expression.line, () => this.#value(expression, scope));
  }

  #value(expression: ScriptExpression, scope: ScriptScope): ScriptValue {
    switch (expression.kind) {
      case 'int':
      case 'string':
      case 'constant':
        return expression.value;
      case 'float':
        return { type: 'float', value: expression.value };
      case 'list':
        return this.#made(scriptList(expression.items.map((item) => this.evaluate(item, scope))));
      case 'tuple':
        return scriptTuple(expression.items.map((item) => this.evaluate(item, scope)));
      case 'dict':
        return this.#made({
          type: 'dict',
          entries: new Map(
            expression.entries.map(([key, value]) => [
              this.#key(this.evaluate(key, scope), expression.line),
              this.evaluate(value, scope),
            ]),
          ),
        });
      case 'name':
        return scope.get(expression.name) ?? this.#global(expression.name, scope.has(expression.name));
      case 'attribute':
        return this.#attribute(expression, scope);
      case 'subscript':
        return this.#item(expression, scope);
      case 'call':
        return this.#call(expression, scope);
    }
  }

  /** A list or a dict that nothing else sees yet. */
  #made<T extends ScriptValue & object>(value: T): T {
    if (this.tentative > 0) this.#tentativeValues.add(value);
    return value;
  }

  #requireWritable(value: ScriptValue | undefined, place: ScriptPlace): void {
    const isOwn = typeof value === 'object' && value !== null && this.#tentativeValues.has(value);
    if (this.tentative === 0 || isOwn) return;
    throw scriptUnsupported(
      place,
      'a branch',
      'a change that depends on a condition that is decided with each call',
      'conditions that are known as the model is loaded are',
    );
  }

  #key(key: ScriptValue, line: number): string | number {
    if (typeof key === 'string' || typeof key === 'number') return key;
    throw scriptUnsupported(
      this.place(line),
      'a key',
      describeScriptValue(key),
      'texts and whole numbers are',
    );
  }

  /** A name that the function does not give: one of Python's own. */
  #global(name: string, isNone: boolean): ScriptValue {
    return isNone ? null : { type: 'operator', name };
  }

  #attribute(expression: Extract<ScriptExpression, { kind: 'attribute' }>, scope: ScriptScope): ScriptValue {
    const dotted = dottedName(expression, scope);
    if (dotted !== null) return this.#named(dotted, expression.line);
    const object = this.evaluate(expression.of, scope);
    return this.#member(object, expression.name, expression.line);
  }

  #member(object: ScriptValue, name: string, line: number): ScriptValue {
    if (isScript(object, 'tuple') && object.names !== null) {
      const at = object.names.indexOf(name);
      if (at >= 0) return object.items[at] ?? null;
    }
    if (isScript(object, 'object')) {
      // What a model answers is what it answers after `model.eval()`.
      if (name === 'training' && object.path !== null) return false;
      const value = object.attribute(name);
      if (value !== undefined) return value;
      const constant = object.cls.constants.get(name);
      if (constant !== undefined) return this.evaluate(constant, new Map());
      // Attributes that are None for good are not stored.
      if (object.cls.attributes.has(name)) return null;
      const method = object.cls.methods.get(name);
      if (method !== undefined)
        return { type: 'method', self: object, function: method, name: `${object.className}.${name}` };
    }
    if (isScript(object, 'unknown')) throw this.undecided(line, object.from);
    throw scriptUnsupported(
      this.place(line),
      `.${name}`,
      describeScriptValue(object),
      'attributes that are there are',
    );
  }

  /** `torch.relu`, `ops.prim.NumToTensor`, `CONSTANTS.c0`, `__torch__.torch.nn.functional.relu`. */
  #named(name: string, line: number): ScriptValue {
    const { archive, stored } = this.context;
    if (name.startsWith('CONSTANTS.')) {
      const value = stored.constant(name.slice('CONSTANTS.'.length));
      if (value !== undefined) return value;
    } else if (name.startsWith('__torch__.')) {
      // `no_grad.__new__(no_grad)`: made first, set up later.
      const bare = /^(.*)\.__new__$/.exec(name)?.[1];
      const made = bare === undefined ? null : archive.class(bare);
      if (made !== null) return { type: 'class', cls: made, name: bare ?? name, isBare: true };
      const called = archive.function(name);
      if (called !== null) return { type: 'method', self: null, function: called, name };
      const cls = archive.class(name);
      if (cls !== null) return { type: 'class', cls, name, isBare: false };
    } else
      return {
        type: 'operator',
        name: name.replace(/^ops\.aten\./, 'torch.').replace(/^ops\.prim\./, 'prim.'),
      };
    throw scriptUnsupported(this.place(line), 'the name', name, 'what the archive defines is');
  }

  #item(expression: Extract<ScriptExpression, { kind: 'subscript' }>, scope: ScriptScope): ScriptValue {
    const [from, key] = [this.evaluate(expression.of, scope), this.evaluate(expression.index, scope)];
    const place = this.place(expression.line);
    if (isScript(from, 'unknown')) throw this.undecided(expression.line, from.from);
    const found = getItem({ name: 'a subscript', args: [from, key], place });
    if (found !== undefined) return found;
    if (isScript(from, 'ref') && typeof key === 'number')
      return this.operator('torch.select', [from, 0, key], new Map(), expression.line);
    throw scriptUnsupported(place, 'a subscript', describeScriptValue(from), 'parts of lists and tuples are');
  }

  #call(expression: ScriptCallExpression, scope: ScriptScope): ScriptValue {
    const { line } = expression;
    const callee = this.evaluate(expression.callee, scope);
    if (isScript(callee, 'operator')) {
      const special = this.#typed(callee.name, expression, scope);
      if (special !== undefined) return special;
    }
    const args = expression.args.map((arg) => this.evaluate(arg, scope));
    const keywords = new Map(
      [...expression.keywords].map(([name, value]) => [name, this.evaluate(value, scope)] as const),
    );
    if (isScript(callee, 'operator')) return this.operator(callee.name, args, keywords, line);
    if (isScript(callee, 'class')) return this.#construct(callee, args, keywords, line);
    if (isScript(callee, 'method')) {
      this.askLayer(callee.self, args[0]);
      const self = callee.self === null ? [] : [callee.self];
      return this.invoke(callee.function, [...self, ...args], keywords, this.place(line));
    }
    if (isScript(callee, 'unknown')) throw this.undecided(line, callee.from);
    throw scriptUnsupported(
      this.place(line),
      'a call',
      describeScriptValue(callee),
      'functions and methods are',
    );
  }

  /** Layers of torch.nn say what an input is that nothing has looked at yet. */
  protected askLayer(self: ScriptObject | null, given: ScriptValue | undefined): void {
    if (self === null || !isScript(given, 'ref') || given.isKnown || given.origin.input === null) return;
    const guesses = layerGuesses(self);
    if (guesses !== null) throw new InputWanted(given.origin.input, guesses);
  }

  /** Calls whose first argument is a type, which nothing evaluates. */
  #typed(name: string, { args, line }: ScriptCallExpression, scope: ScriptScope): ScriptValue | undefined {
    const [first, second] = args;
    if ((name === 'annotate' || name === 'unchecked_cast') && second !== undefined)
      return this.evaluate(second, scope);
    if (name === 'uninitialized')
      return { type: 'unknown', isBoolean: false, from: placeText(this.place(line)), test: null };
    if ((name === 'getattr' || name === 'hasattr') && first !== undefined && second?.kind === 'string') {
      const object = this.evaluate(first, scope);
      if (name === 'getattr') return this.#member(object, second.value, line);
      return isScript(object, 'object') && object.attribute(second.value) !== undefined;
    }
    return undefined;
  }

  protected operator(
    name: string,
    args: readonly ScriptValue[],
    keywords: ReadonlyMap<string, ScriptValue>,
    line: number,
  ): ScriptValue {
    const place = this.place(line);
    if (name === 'prim.RaiseException')
      throw new ScriptRaise(place, typeof args[0] === 'string' ? args[0].slice(0, 200) : 'an error');
    const { g, inputs } = this.context;
    const requireWritable = (value: ScriptValue | undefined): void => this.#requireWritable(value, place);
    const made = callOperator({ g, name, args, keywords, place, inputs, requireWritable });
    return COPIES.has(name) && isScript(made, 'list') ? this.#made(made) : made;
  }

  #construct(
    { cls, name, isBare }: Extract<ScriptCallable, { type: 'class' }>,
    args: readonly ScriptValue[],
    keywords: ReadonlyMap<string, ScriptValue>,
    line: number,
  ): ScriptValue {
    if (cls.base === 'NamedTuple') return { type: 'tuple', items: args, names: [...cls.attributes.keys()] };
    const own = new Map<string, ScriptValue>();
    const made: ScriptObject = {
      type: 'object',
      cls,
      className: name,
      path: null,
      own,
      attribute: (attribute) => own.get(attribute),
    };
    const init = cls.methods.get('__init__');
    if (init !== undefined && !isBare) this.invoke(init, [made, ...args], keywords, this.place(line));
    return made;
  }
}

/** `a.b.c` of names that no value has; null where a value comes first. */
function dottedName(expression: ScriptExpression, scope: ScriptScope): string | null {
  if (expression.kind === 'name') return scope.has(expression.name) ? null : expression.name;
  if (expression.kind !== 'attribute') return null;
  const before = dottedName(expression.of, scope);
  return before === null ? null : `${before}.${expression.name}`;
}
