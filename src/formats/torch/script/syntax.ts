/**
 * The subset of Python in which TorchScript is kept: what torch/csrc/jit/serialization/python_print.cpp writes. Types are
 * expressions too. Each part knows the line that it begins in.
 */
export type ScriptExpression =
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | { readonly kind: 'int' | 'float'; readonly value: number; readonly line: number }
  | { readonly kind: 'string'; readonly value: string; readonly line: number }
  | { readonly kind: 'constant'; readonly value: null | boolean; readonly line: number }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly ScriptExpression[]; readonly line: number }
  | {
      readonly kind: 'dict';
      readonly entries: readonly (readonly [ScriptExpression, ScriptExpression])[];
      readonly line: number;
    }
  | {
      readonly kind: 'attribute';
      readonly of: ScriptExpression;
      readonly name: string;
      readonly line: number;
    }
  | {
      readonly kind: 'subscript';
      readonly of: ScriptExpression;
      readonly index: ScriptExpression;
      readonly line: number;
    }
  | ScriptCallExpression;

export interface ScriptCallExpression {
  readonly kind: 'call';
  readonly callee: ScriptExpression;
  readonly args: readonly ScriptExpression[];
  readonly keywords: ReadonlyMap<string, ScriptExpression>;
  readonly line: number;
}

export type ScriptStatement =
  | {
      readonly kind: 'assign';
      readonly targets: readonly ScriptExpression[];
      /** Whether `a, = x` takes x apart. */
      readonly isUnpacking: boolean;
      readonly value: ScriptExpression;
      readonly line: number;
    }
  | { readonly kind: 'expression'; readonly value: ScriptExpression; readonly line: number }
  | { readonly kind: 'return'; readonly value: ScriptExpression | null; readonly line: number }
  | {
      readonly kind: 'if';
      readonly condition: ScriptExpression;
      readonly then: readonly ScriptStatement[];
      readonly otherwise: readonly ScriptStatement[];
      readonly line: number;
    }
  | {
      readonly kind: 'for';
      readonly target: string;
      readonly over: ScriptExpression;
      readonly body: readonly ScriptStatement[];
      readonly line: number;
    }
  | {
      readonly kind: 'while';
      readonly condition: ScriptExpression;
      readonly body: readonly ScriptStatement[];
      readonly line: number;
    }
  | {
      readonly kind: 'with';
      readonly context: ScriptExpression;
      readonly body: readonly ScriptStatement[];
      readonly line: number;
    }
  | { readonly kind: 'pass'; readonly line: number };

export interface ScriptParameter {
  readonly name: string;
  readonly type: ScriptExpression | null;
  readonly otherwise: ScriptExpression | null;
}

export interface ScriptFunction {
  readonly name: string;
  readonly parameters: readonly ScriptParameter[];
  readonly body: readonly ScriptStatement[];
  /** `code/__torch__/nets.py`, where it stands. */
  readonly file: string;
  readonly line: number;
}

export interface ScriptClass {
  readonly name: string;
  /** `Module`, `NamedTuple`, `Enum`; empty for a class of nothing else. */
  readonly base: string;
  /** Names of attributes, in their order, with their types. */
  readonly attributes: ReadonlyMap<string, ScriptExpression>;
  /** What is said of an attribute for good: `Final[int] = 3`, `__parameters__ = [...]`. */
  readonly constants: ReadonlyMap<string, ScriptExpression>;
  readonly methods: ReadonlyMap<string, ScriptFunction>;
  readonly file: string;
  readonly line: number;
}

/** What one file of code defines. */
export interface ScriptFile {
  readonly functions: ReadonlyMap<string, ScriptFunction>;
  readonly classes: ReadonlyMap<string, ScriptClass>;
}
