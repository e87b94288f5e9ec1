/** What a step holds, in words: numbers by their count and range, lists by their first items. Pure. */
import type { LabelSet } from '../model/tensor.ts';
import { grouped, numberText } from '../text/numbers.ts';
import { truncate } from '../text/truncate.ts';
import { markOf } from './mark.ts';
import type { StepFact } from './outline-schemas.ts';

/** Facts of a step that are told, and characters of each. */
const FACTS = 40;
const WIDTH = 160;
/** Numbers and items that are told one by one. */
const FEW = 4;

/** What the outline tells elsewhere. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  ...['kind', 'origin', 'features', 'featureNames', 'steps', 'branches', 'step', 'models'],
]);

/** What a plain object holds, by its keys; nothing of the steps inside it. */
export const factsOf = (step: object): readonly StepFact[] =>
  Object.entries(step)
    .filter(([name, value]) => !TOLD_ELSEWHERE.has(name) && value !== undefined && !isStep(value))
    .slice(0, FACTS)
    .map(([name, value]) => factOf(name, value));

/** A step inside another has an origin. */
const isStep = (value: unknown): value is { readonly kind: string; readonly origin: unknown } =>
  typeof value === 'object' && value !== null && 'origin' in value && 'kind' in value;

/** Constructor parameters, as the file has them. */
export const parametersOf = (params: Readonly<Record<string, string>>): readonly StepFact[] =>
  Object.entries(params)
    .slice(0, FACTS)
    .map(([name, value]) => textFact(name, value));

function textFact(name: string, value: string): StepFact {
  const told = truncate(value, WIDTH);
  return { name: truncate(name, WIDTH), value: told, mark: told === value ? null : markOf(value) };
}

function factOf(name: string, value: unknown): StepFact {
  const plain = plainText(value);
  if (plain !== null) return textFact(name, plain);
  return { name, value: truncate(textOf(value), WIDTH), mark: markOf(withoutSteps(value)) };
}

/** Null where the text would not be all of it. */
function plainText(value: unknown): string | null {
  if (value === null) return 'none';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value);
  if (ArrayBuffer.isView(value) || Array.isArray(value) || !('kind' in value)) return null;
  return entries.length === 1 ? String(value.kind) : null;
}

function textOf(value: unknown): string {
  if (isNumbers(value)) return numbersText(value);
  if (Array.isArray(value)) return listText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isLabels(value)) return listText(value.values);
  if ('rows' in value && 'cols' in value && 'data' in value && isNumbers(value.data))
    return `${value.rows} × ${value.cols}, ${numbersText(value.data)}`;
  const parts = Object.entries(value)
    .filter(([name, inner]) => name !== 'kind' && inner !== undefined && !isStep(inner))
    .map(([name, inner]) => `${name} ${textOf(inner)}`);
  return ['kind' in value ? String(value.kind) : '', parts.join(', ')].filter(Boolean).join(': ');
}

const isLabels = (value: object): value is LabelSet =>
  'type' in value && 'values' in value && (Array.isArray(value.values) || isNumbers(value.values));

type Numbers = ArrayLike<number>;

const isNumbers = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array);

function numbersText(numbers: Numbers): string {
  if (numbers.length === 0) return 'no numbers';
  if (numbers.length <= FEW) return Array.from(numbers, numberText).join(', ');
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < numbers.length; k++) {
    const value = numbers[k] ?? Number.NaN;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = low > high ? '' : ` from ${numberText(low)} to ${numberText(high)}`;
  return `${grouped(numbers.length)} numbers${range}`;
}

function listText(items: ArrayLike<unknown>): string {
  const first = Array.from({ length: Math.min(FEW, items.length) }, (_, k) => items[k]);
  if (items.length === 0) return 'none';
  if (first.some((item) => typeof item === 'object' && item !== null))
    return items.length === 1 ? textOf(items[0]) : `${grouped(items.length)} of them`;
  const more = items.length > FEW ? `, … (${grouped(items.length)})` : '';
  return `${first.map((item) => (item === null ? 'missing' : String(item))).join(', ')}${more}`;
}

/** What steps inside it hold is told of them. */
const withoutSteps = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, inner]) => !isStep(inner)))
    : value;
