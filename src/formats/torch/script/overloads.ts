import { isScript, type ScriptValue, scriptItems } from './value.ts';

/** Which overload of an operator a call means: code has their names alone, types tell them apart. */

type Arguments = {
  readonly args: readonly ScriptValue[];
  readonly keywords: ReadonlyMap<string, ScriptValue>;
};
type Choice = (given: Arguments) => string;

const isTensor = (value: ScriptValue | undefined): boolean => isScript(value, 'ref');
const isList = (value: ScriptValue | undefined): boolean => scriptItems(value) !== null;

const extreme: Choice = ({ args: [, other], keywords }) =>
  isTensor(other ?? keywords.get('other')) ? 'other' : '';

const moments: Choice = ({ args: [, dim], keywords }) => {
  if (keywords.has('correction')) return 'correction';
  return isList(dim) || typeof dim === 'number' || keywords.has('dim') ? 'dim' : '';
};

/** `to(x, 6)`, `to(x, device, 6)`, `to(x, other)`; the older ones have an optional device before an optional type. */
const converted: Choice = ({ args: [, first, second], keywords }) => {
  if (isTensor(first)) return 'other';
  if (keywords.has('layout') || keywords.has('device') || keywords.has('dtype')) return 'dtype_layout';
  if (typeof first === 'number') return 'dtype';
  return isScript(first, 'device') || typeof second === 'number' || second === null ? 'device' : 'dtype';
};

const ranges: Choice = ({ args }) => ['', '', 'start', 'start_step'][args.length] ?? '';
const sorted: Choice = ({ keywords }) => (keywords.has('stable') ? 'stable' : '');

const resized: Choice = ({ args, keywords }) => {
  if (keywords.has('scale_factors')) return 'vec';
  if (args[1] === null) return 'vec';
  const scales = args.at(-1);
  return args.length > 2 && isList(scales) ? 'vec' : '';
};

const CHOICES: ReadonlyMap<string, Choice> = new Map<string, Choice>([
  ['max', extreme],
  ['min', extreme],
  ...['var', 'std', 'var_mean', 'std_mean'].map((name) => [name, moments] as const),
  ['to', converted],
  ['where', () => 'self'],
  ['arange', ranges],
  ['sort', sorted],
  ['argsort', sorted],
  ['eye', ({ args }) => (args.length > 1 ? 'm' : '')],
  ['scatter', ({ args }) => (isTensor(args[3]) ? '' : 'value')],
  ['repeat_interleave', ({ args }) => (isTensor(args[1]) ? 'self_Tensor' : 'self_int')],
]);

const OTHER_NAMES: ReadonlyMap<string, (given: Arguments) => string> = new Map([
  ['split', ({ args }) => (isList(args[1]) ? 'split_with_sizes' : 'split')],
]);

/** Name and overload of an operator, by what it is given. */
export function overloadOf(name: string, given: Arguments): readonly [name: string, overload: string] {
  const own = OTHER_NAMES.get(name)?.(given) ?? name;
  const choice = /^_?upsample_/.test(own) ? resized : CHOICES.get(own);
  return [own, choice?.(given) ?? ''];
}
