import type { PlimsollError } from '../../../core/errors.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { AtenDType, AtenFloat, AtenValue, SymbolicInteger } from '../aten/value.ts';
import type { ScriptClass, ScriptFunction } from './syntax.ts';
import type { ScriptTensor } from './tensor.ts';

/** Lists and dicts are what names share: what one appends, the others see. */
export interface ScriptList {
  readonly type: 'list';
  readonly items: ScriptValue[];
}

export interface ScriptTuple {
  readonly type: 'tuple';
  readonly items: readonly ScriptValue[];
  /** Of a NamedTuple. */
  readonly names: readonly string[] | null;
}

export interface ScriptDict {
  readonly type: 'dict';
  readonly entries: Map<string | number, ScriptValue>;
}

/** A module, or what a class of the archive makes. */
export interface ScriptObject {
  readonly type: 'object';
  readonly cls: ScriptClass;
  /** `__torch__.torch.nn.modules.linear.Linear`. */
  readonly className: string;
  /** `encoder.0`; null for what the code makes. */
  readonly path: string | null;
  attribute(name: string): ScriptValue | undefined;
  readonly own: Map<string, ScriptValue>;
}

/** What can be called: a method of an object, a function, a class, an operator. */
export type ScriptCallable =
  | {
      readonly type: 'method';
      readonly self: ScriptObject | null;
      readonly function: ScriptFunction;
      readonly name: string;
    }
  | {
      readonly type: 'class';
      readonly cls: ScriptClass;
      readonly name: string;
      /** Whether what it makes is set up later. */
      readonly isBare: boolean;
    }
  /** `torch.relu`, `ops.prim.NumToTensor`, `int`. */
  | { readonly type: 'operator'; readonly name: string };

/** Where memory lies, and what else no answer depends on. */
export interface ScriptDevice {
  readonly type: 'device';
}

/** A value that is chosen with each call, or that a branch that is not chosen yet would make. */
export interface ScriptUnknown {
  readonly type: 'unknown';
  readonly isBoolean: boolean;
  /** Where it comes from: `code/__torch__/nets.py:12`. */
  readonly from: string;
  /** Of a comparison: the symbol that equals the size where it is true (or where it is false). */
  readonly test: { readonly symbol: string; readonly size: number; readonly when: boolean } | null;
}

export type ScriptValue =
  | null
  | boolean
  /** An int of Python. */
  | number
  | string
  | AtenFloat
  | AtenDType
  | SymbolicInteger
  | ScriptTensor
  | ScriptList
  | ScriptTuple
  | ScriptDict
  | ScriptObject
  | ScriptCallable
  | ScriptDevice
  | ScriptUnknown;

type TaggedScript = Exclude<ScriptValue, null | boolean | number | string>;

export const isScript = <T extends TaggedScript['type']>(
  value: ScriptValue | undefined,
  type: T,
): value is Extract<TaggedScript, { type: T }> =>
  typeof value === 'object' && value !== null && value.type === type;

/** Items of a list or a tuple; null for anything else. */
export const scriptItems = (value: ScriptValue | undefined): readonly ScriptValue[] | null =>
  isScript(value, 'list') || isScript(value, 'tuple') ? value.items : null;

export const scriptList = (items: readonly ScriptValue[]): ScriptList => ({
  type: 'list',
  items: [...items],
});
export const scriptTuple = (items: readonly ScriptValue[]): ScriptTuple => ({
  type: 'tuple',
  items,
  names: null,
});
export const floatOf = (value: number): AtenFloat => ({ type: 'float', value });

/** What a value is, for messages. */
export function describeScriptValue(value: ScriptValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'None';
  if (typeof value !== 'object') return JSON.stringify(value).slice(0, 60);
  if (value.type === 'ref') return `a tensor of ${value.describe()}`;
  if (value.type === 'float') return String(value.value);
  if (value.type === 'list' || value.type === 'tuple') return `a ${value.type} of ${value.items.length}`;
  if (value.type === 'object') return `an object of ${value.className}`;
  if (value.type === 'symbolic') return 'a size that is chosen with each call';
  if (value.type === 'unknown') return `a value that is chosen with each call (${value.from})`;
  return value.type === 'operator' || value.type === 'class' || value.type === 'method'
    ? value.name
    : `a ${value.type}`;
}

/** A place in the code of an archive. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
}

export const placeText = ({ file, line }: ScriptPlace): string => (line === 0 ? file : `${file}:${line}`);

/** What the code does that nothing here compiles: exit 4, with file and line. */
export const scriptUnsupported = (
  place: ScriptPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError =>
  modelUnsupported({ path: placeText(place), class: 'torch.jit', offset: 0, field, found, wanted });

/** What depends on a condition that is decided with each call. */
export const undecidedBranch = (place: ScriptPlace, from: string): PlimsollError =>
  scriptUnsupported(
    place,
    'a branch',
    `a condition that is decided with each call (${from})`,
    'conditions that are known as the model is loaded are',
  );

/** What operators take of a value; null for what none of them takes. */
export function atenOf(value: ScriptValue): AtenValue | undefined {
  if (value === null || typeof value !== 'object') return value;
  if (value.type === 'ref') return value.value;
  if (value.type === 'float' || value.type === 'dtype' || value.type === 'symbolic') return value;
  // Devices say nothing here.
  if (value.type === 'device') return null;
  const items = scriptItems(value);
  if (items === null) return undefined;
  const made = items.map(atenOf);
  return made.includes(undefined) ? undefined : made.filter((item) => item !== undefined);
}
