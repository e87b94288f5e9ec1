import type { ReadBudget } from '../../budget.ts';
import { ExpressionParser } from './expressions.ts';
import type {
  ScriptClass,
  ScriptExpression,
  ScriptFile,
  ScriptFunction,
  ScriptParameter,
  ScriptStatement,
} from './syntax.ts';
import { scriptTokens } from './tokens.ts';

/** Reads a file of code. Nothing of it is looked up, let alone run. Throws READ_CORRUPT, READ_LIMIT. */
export function parseScript(code: string, file: string, budget: ReadBudget): ScriptFile {
  return new StatementParser(scriptTokens(code, file, budget), file, budget).read();
}

class StatementParser extends ExpressionParser {
  read(): ScriptFile {
    const functions = new Map<string, ScriptFunction>();
    const classes = new Map<string, ScriptClass>();
    while (this.token.kind !== 'end') {
      if (this.token.kind === 'newline') this.next();
      else if (this.is('class')) {
        const made = this.#class();
        classes.set(made.name, made);
      } else if (this.is('def')) {
        const made = this.#function();
        functions.set(made.name, made);
      } else this.#setting();
    }
    return { functions, classes };
  }

  /** `op_version_set = 1`, as torch 1.4 wrote it before everything else. */
  #setting(): void {
    this.name();
    this.expect('=');
    this.expression();
    this.endOfLine();
  }

  #block<T>(statement: () => T | null): T[] {
    this.expect(':');
    const made: T[] = [];
    if (!this.isAt('newline')) {
      const only = statement();
      return only === null ? [] : [only];
    }
    this.next();
    if (this.next().kind !== 'indent') throw this.wrong('a block');
    while (!this.isAt('dedent', 'end')) {
      if (this.isAt('newline')) {
        this.next();
        continue;
      }
      const one = statement();
      if (one !== null) made.push(one);
    }
    this.next();
    return made;
  }

  #class(): ScriptClass {
    const { line } = this.next();
    const name = this.name();
    const bases = this.take('(') ? this.#bases() : [];
    const attributes = new Map<string, ScriptExpression>();
    const constants = new Map<string, ScriptExpression>();
    const methods = new Map<string, ScriptFunction>();
    this.#block(() => {
      if (this.is('def')) {
        const method = this.#function();
        methods.set(method.name, method);
      } else if (this.take('pass')) this.endOfLine();
      else this.#member(attributes, constants);
      return null;
    });
    return { name, base: bases[0] ?? '', attributes, constants, methods, file: this.file, line };
  }

  #bases(): string[] {
    const bases: string[] = [];
    while (!this.take(')')) {
      bases.push(this.name());
      if (!this.is(')')) this.expect(',');
    }
    return bases;
  }

  /** `name : Type`, `name : Final[Type] = value`, `name = value`, `__annotations__["0"] = Type`. */
  #member(attributes: Map<string, ScriptExpression>, constants: Map<string, ScriptExpression>): void {
    const target = this.expression();
    if (target.kind === 'subscript' && target.index.kind === 'string') {
      this.expect('=');
      attributes.set(target.index.value, this.expression());
      this.endOfLine();
      return;
    }
    if (target.kind !== 'name') throw this.wrong('the name of an attribute');
    if (this.take(':')) attributes.set(target.name, this.expression());
    if (this.take('=')) constants.set(target.name, this.expression());
    this.endOfLine();
  }

  #function(): ScriptFunction {
    const { line } = this.next();
    const name = this.name();
    this.expect('(');
    const parameters: ScriptParameter[] = [];
    while (!this.take(')')) {
      const parameter = this.name();
      const type = this.take(':') ? this.expression() : null;
      parameters.push({ name: parameter, type, otherwise: this.take('=') ? this.expression() : null });
      if (!this.is(')')) this.expect(',');
    }
    if (this.take('->')) this.expression();
    const body = this.#block(() => this.#statement());
    return { name, parameters, body, file: this.file, line };
  }

  #statement(): ScriptStatement {
    const { line, kind, text } = this.token;
    const reading = kind === 'name' ? this.#compound.get(text) : undefined;
    if (reading !== undefined) {
      this.next();
      return reading(line);
    }
    return this.#assignment(line);
  }

  readonly #compound: ReadonlyMap<string, (line: number) => ScriptStatement> = new Map([
    ['if', (line) => this.#if(line)],
    ['for', (line) => this.#for(line)],
    [
      'while',
      (line) => {
        const condition = this.expression();
        return { kind: 'while', condition, body: this.#block(() => this.#statement()), line };
      },
    ],
    [
      'with',
      (line) => {
        const context = this.expression();
        if (this.take('as')) this.name();
        return { kind: 'with', context, body: this.#block(() => this.#statement()), line };
      },
    ],
    [
      'return',
      (line) => {
        const value = this.token.kind === 'newline' ? null : this.#list();
        this.endOfLine();
        return { kind: 'return', value, line };
      },
    ],
    [
      'pass',
      (line) => {
        this.endOfLine();
        return { kind: 'pass', line };
      },
    ],
  ] as readonly (readonly [string, (line: number) => ScriptStatement])[]);

  #if(line: number): ScriptStatement {
    const condition = this.expression();
    const then = this.#block(() => this.#statement());
    const otherwise = this.take('else')
      ? this.#block(() => this.#statement())
      : this.is('elif')
        ? [this.#if(this.next().line)]
        : [];
    return { kind: 'if', condition, then, otherwise, line };
  }

  #for(line: number): ScriptStatement {
    const target = this.name();
    this.expect('in');
    const over = this.expression();
    return { kind: 'for', target, over, body: this.#block(() => this.#statement()), line };
  }

  /** An expression, or several that are a tuple without brackets. */
  #list(): ScriptExpression {
    const { line } = this.token;
    const first = this.expression();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',') && !this.is('=') && this.token.kind !== 'newline') items.push(this.expression());
    return { kind: 'tuple', items, line };
  }

  #assignment(line: number): ScriptStatement {
    const left = this.#list();
    if (left.kind === 'name' && this.take(':')) {
      this.expression();
      if (!this.is('=')) {
        this.endOfLine();
        return { kind: 'pass', line };
      }
    }
    if (!this.take('=')) {
      this.endOfLine();
      return { kind: 'expression', value: left, line };
    }
    const value = this.#list();
    this.endOfLine();
    const isUnpacking = left.kind === 'tuple';
    return { kind: 'assign', targets: isUnpacking ? left.items : [left], isUnpacking, value, line };
  }
}
