import { ScriptEvaluator, ScriptRaise, type ScriptScope } from './evaluate.ts';
import type { ScriptExpression, ScriptFunction, ScriptStatement } from './syntax.ts';
import {
  describeScriptValue,
  isScript,
  type ScriptObject,
  type ScriptPlace,
  type ScriptUnknown,
  type ScriptValue,
  scriptItems,
  scriptUnsupported,
} from './value.ts';

/** Calls in calls: modules in modules, and the functions of torch.nn. */
const CALLS = 64;
/** Statements that one model may take, loops unrolled. */
const STATEMENTS = 200_000;

/** Branches that are decided with each call: each is followed both ways, and those in it again. */
const UNDECIDED = 5000;

/**
 * Follows code from statement to statement, with sizes and tensors that are not known yet: methods are put in place of
 * their calls, loops are unrolled, and of two branches the one stays that is taken. Nothing of it is evaluated by Python:
 * operators become nodes of the graph, and whatever is not known here by name is refused.
 */
export class ScriptRun extends ScriptEvaluator {
  readonly #open: ScriptFunction[] = [];
  #statements = 0;
  #undecidedIfs = 0;
  /** Branches of this function around this place that may not be taken. */
  #branches = 0;

  /** Calls a method of a module. */
  method(
    self: ScriptObject,
    name: string,
    args: readonly (ScriptValue | undefined)[],
    place: ScriptPlace,
  ): ScriptValue {
    const method = self.cls.methods.get(name);
    if (method === undefined)
      throw scriptUnsupported(
        place,
        'the method',
        `${self.className}.${name}`,
        'methods whose code is in the archive are',
      );
    this.askLayer(self, args[0]);
    return this.invoke(method, [self, ...args], new Map(), place);
  }

  protected override invoke(
    called: ScriptFunction,
    args: readonly (ScriptValue | undefined)[],
    keywords: ReadonlyMap<string, ScriptValue>,
    place: ScriptPlace,
  ): ScriptValue {
    if (this.#open.includes(called))
      throw scriptUnsupported(
        place,
        called.name,
        'a call of itself',
        'functions that do not call themselves are',
      );
    if (this.#open.length >= CALLS)
      throw scriptUnsupported(place, called.name, `calls ${CALLS} deep`, 'calls that end are');
    const [file, branches] = [this.file, this.#branches];
    this.#open.push(called);
    this.#branches = 0;
    this.file = called.file;
    try {
      const scope = this.#scopeOf(called, args, keywords, place);
      return this.#block(called.body, scope)?.value ?? null;
    } finally {
      this.#open.pop();
      this.file = file;
      this.#branches = branches;
    }
  }

  #scopeOf(
    called: ScriptFunction,
    args: readonly (ScriptValue | undefined)[],
    keywords: ReadonlyMap<string, ScriptValue>,
    place: ScriptPlace,
  ): ScriptScope {
    if (args.length > called.parameters.length)
      throw scriptUnsupported(
        place,
        called.name,
        `${args.length} arguments`,
        `${called.parameters.length} are`,
      );
    return new Map(
      called.parameters.map((parameter, i) => {
        const given = args[i] ?? keywords.get(parameter.name);
        if (given !== undefined) return [parameter.name, given];
        if (i < args.length && args[i] === null) return [parameter.name, null];
        if (parameter.otherwise !== null)
          return [parameter.name, this.evaluate(parameter.otherwise, new Map())];
        throw scriptUnsupported(place, parameter.name, 'missing', 'calls with all arguments are');
      }),
    );
  }

  /** Runs statements up to the first `return`, whose value is answered. */
  #block(statements: readonly ScriptStatement[], scope: ScriptScope): { readonly value: ScriptValue } | null {
    for (const statement of statements) {
      this.#count(statement.line);
      const returned = this.deeper(statement.line, () => this.#statement(statement, scope));
      if (returned !== null) return returned;
    }
    return null;
  }

  #count(line: number): void {
    this.#statements += 1;
    if (this.#statements % 64 === 0) this.context.archive.budget.checkTime(this.file, line);
    if (this.#statements > STATEMENTS)
      throw scriptUnsupported(
        this.place(line),
        'its length',
        `more than ${STATEMENTS} statements once loops are unrolled`,
        'shorter code is',
      );
  }

  #statement(statement: ScriptStatement, scope: ScriptScope): { readonly value: ScriptValue } | null {
    switch (statement.kind) {
      case 'assign':
        this.#assign(statement, scope);
        return null;
      case 'expression':
        this.evaluate(statement.value, scope);
        return null;
      case 'return':
        if (this.#branches > 0) throw this.undecided(statement.line, 'a return in a branch');
        return { value: statement.value === null ? null : this.evaluate(statement.value, scope) };
      case 'if':
        return this.#if(statement, scope);
      case 'for':
        return this.#for(statement, scope);
      case 'while':
        return this.#while(statement, scope);
      case 'with':
        return this.#block(statement.body, scope);
      case 'pass':
        return null;
    }
  }

  #assign(statement: Extract<ScriptStatement, { kind: 'assign' }>, scope: ScriptScope): void {
    const value = this.evaluate(statement.value, scope);
    if (!statement.isUnpacking) {
      const [target] = statement.targets;
      if (target !== undefined) this.#store(target, value, scope);
      return;
    }
    const items = scriptItems(value);
    if (items === null || items.length !== statement.targets.length) {
      if (isScript(value, 'unknown')) throw this.undecided(statement.line, value.from);
      throw scriptUnsupported(
        this.place(statement.line),
        'what is taken apart',
        describeScriptValue(value),
        `${statement.targets.length} values are`,
      );
    }
    for (const [i, target] of statement.targets.entries()) this.#store(target, items[i] ?? null, scope);
  }

  #store(target: ScriptExpression, value: ScriptValue, scope: ScriptScope): void {
    if (target.kind === 'name') {
      scope.set(target.name, value);
      return;
    }
    const place = this.place(target.line);
    if (target.kind !== 'attribute') throw scriptUnsupported(place, 'a target', target.kind, 'names are');
    const object = this.evaluate(target.of, scope);
    if (!isScript(object, 'object'))
      throw scriptUnsupported(place, target.name, describeScriptValue(object), 'attributes of objects are');
    if (object.path !== null || this.tentative > 0)
      throw scriptUnsupported(
        place,
        `${object.className}.${target.name}`,
        'an attribute that each call changes',
        'models whose answer does not depend on earlier calls are',
      );
    object.own.set(target.name, value);
  }

  /** A condition as a truth: known, or of what is chosen with each call. */
  #condition(expression: ScriptExpression, scope: ScriptScope): boolean | ScriptUnknown {
    const value = this.evaluate(expression, scope);
    if (typeof value === 'boolean' || isScript(value, 'unknown')) return value;
    const truth = this.operator('bool', [value], new Map(), expression.line);
    if (typeof truth === 'boolean' || isScript(truth, 'unknown')) return truth;
    throw scriptUnsupported(
      this.place(expression.line),
      'a condition',
      describeScriptValue(value),
      'truths are',
    );
  }

  #if(
    statement: Extract<ScriptStatement, { kind: 'if' }>,
    scope: ScriptScope,
  ): { readonly value: ScriptValue } | null {
    const { then, otherwise, line } = statement;
    const truth = this.#condition(statement.condition, scope);
    if (typeof truth === 'boolean') return this.#block(truth ? then : otherwise, scope);
    this.#undecidedIfs += 1;
    if (this.#undecidedIfs > UNDECIDED)
      throw scriptUnsupported(
        this.place(line),
        'its branches',
        `more than ${UNDECIDED} that are decided with each call`,
        'fewer are',
      );
    // A branch that raises an error is not the one that answers: the other one is taken.
    const yes = this.#tentatively(then, scope);
    const no = this.#tentatively(otherwise, scope);
    if (yes instanceof ScriptRaise && no instanceof ScriptRaise) throw yes;
    if (yes instanceof ScriptRaise || no instanceof ScriptRaise) {
      const taken = no instanceof ScriptRaise;
      this.#learn(truth, taken, line);
      return this.#block(taken ? then : otherwise, scope);
    }
    this.#merge(scope, yes, no, truth);
    return null;
  }

  /** What a truth that must be so says of sizes. */
  #learn({ test }: ScriptUnknown, taken: boolean, line: number): void {
    const { inputs } = this.context;
    if (test !== null && test.when === taken) inputs.require(test.symbol, test.size, this.place(line));
  }

  /** The names that a branch would give, or the error that it would raise. */
  #tentatively(body: readonly ScriptStatement[], scope: ScriptScope): ScriptScope | ScriptRaise {
    const copy = new Map(scope);
    this.tentative += 1;
    this.#branches += 1;
    try {
      this.#block(body, copy);
      return copy;
    } catch (error) {
      if (error instanceof ScriptRaise) return error;
      throw error;
    } finally {
      this.#branches -= 1;
      this.tentative -= 1;
    }
  }

  /** Names of two branches of which one is taken with each call: what differs is not known. */
  #merge(scope: ScriptScope, yes: ScriptScope, no: ScriptScope, truth: ScriptUnknown): void {
    for (const name of new Set([...yes.keys(), ...no.keys()])) {
      const [a, b] = [yes.get(name), no.get(name)];
      if (a === undefined || b === undefined) continue;
      const isTruth = (value: ScriptValue): boolean =>
        typeof value === 'boolean' || (isScript(value, 'unknown') && value.isBoolean);
      const merged: ScriptValue =
        a === b ? a : { type: 'unknown', isBoolean: isTruth(a) && isTruth(b), from: truth.from, test: null };
      scope.set(name, merged);
    }
  }

  #for(
    statement: Extract<ScriptStatement, { kind: 'for' }>,
    scope: ScriptScope,
  ): { readonly value: ScriptValue } | null {
    const over = this.evaluate(statement.over, scope);
    const items = isScript(over, 'dict') ? [...over.entries.keys()] : scriptItems(over);
    if (items === null)
      throw scriptUnsupported(
        this.place(statement.line),
        'a loop',
        describeScriptValue(over),
        'loops over lists are',
      );
    for (const item of [...items]) {
      scope.set(statement.target, item);
      const returned = this.#block(statement.body, scope);
      if (returned !== null) return returned;
    }
    return null;
  }

  #while(
    statement: Extract<ScriptStatement, { kind: 'while' }>,
    scope: ScriptScope,
  ): { readonly value: ScriptValue } | null {
    for (;;) {
      this.#count(statement.line);
      const truth = this.#condition(statement.condition, scope);
      if (typeof truth !== 'boolean') throw this.undecided(statement.line, truth.from);
      if (!truth) return null;
      const returned = this.#block(statement.body, scope);
      if (returned !== null) return returned;
    }
  }
}
