import type { Outputs } from '../../model/batch.ts';
import { tensorNumbers } from '../../model/numbers-tensor.ts';
import { isList } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import type { LabelSet } from '../../model/tensor.ts';

/** The answer that is wanted. */
export type WantedAnswer =
  /** Another class than the one that is answered. */
  | { readonly kind: 'other' }
  /** By its place among the classes. */
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'number'; readonly side: 'least' | 'most'; readonly value: number };

/** The output that decides, and how. */
export interface DecidingOutput {
  readonly name: string;
  /** Of labels; null of numbers. */
  readonly classes: LabelSet | null;
  /** Numbers of a row, and which of them counts. */
  readonly width: number;
  readonly at: number;
}

const BOUND = /^\s*(>=|<=|≥|≤)\s*(.+)$/u;

/** Reads `>=N`, `<=N` or a class; null where it is neither. */
export function readWanted(text: string, classes: LabelSet | null): WantedAnswer | null {
  const [, sign, digits] = BOUND.exec(text) ?? [];
  const index = classes?.values.findIndex((value) => String(value) === text) ?? -1;
  if (index >= 0) return { kind: 'class', index };
  const value = digits === undefined || digits.trim() === '' ? Number.NaN : Number(digits);
  if (Number.isFinite(value))
    return { kind: 'number', side: sign === '>=' || sign === '≥' ? 'least' : 'most', value };
  return null;
}

/** The output by which a wanted answer is decided: the label, the chance of the second of two classes, or the number that is predicted. */
export function decidingOutput({ outputs, classes }: Signature, wanted: WantedAnswer): DecidingOutput | null {
  const one = outputs.find(({ name }) => name === 'predict') ?? outputs[0];
  if (wanted.kind !== 'number') {
    if (classes === null || one === undefined || one.parts !== undefined || one.shape.length !== 1)
      return null;
    return { name: one.name, classes, width: 1, at: 0 };
  }
  if (classes !== null) {
    const chance = outputs.find(({ name, parts }) => name === 'predict_proba' && parts === undefined);
    if (chance === undefined || classes.values.length !== 2) return null;
    return { name: chance.name, classes: null, width: 2, at: 1 };
  }
  const isOne = one?.shape.length === 1 || (one?.shape.length === 2 && one.shape[1] === 1);
  if (one === undefined || !isOne || one.parts !== undefined || !/^(float|u?int)/.test(one.dtype))
    return null;
  return { name: one.name, classes: null, width: 1, at: 0 };
}

/** What the deciding output says of each row: a number, or the place of a class; -1 where it says nothing that is known. */
export function decidedAnswers(outputs: Outputs, { name, classes, width, at }: DecidingOutput): Float64Array {
  const tensor = outputs[name];
  if (tensor === undefined || isList(tensor)) return new Float64Array(0);
  if (classes === null) return tensorNumbers(tensor).filter((_, k) => k % width === at);
  const places = new Map(classes.values.map((value, index) => [keyOf(value), index]));
  return Float64Array.from(
    { length: tensor.data.length },
    (_, row) => places.get(keyOf(tensor.data[row]!)) ?? -1,
  );
}

const keyOf = (value: string | number | bigint | boolean): string | number =>
  typeof value === 'string' ? value : Number(value);

/** Whether an answer is wanted, of a row that the model answers by `given`. */
export function isWantedAnswer(wanted: WantedAnswer, given: number, answer: number): boolean {
  if (wanted.kind === 'other') return answer >= 0 && answer !== given;
  if (wanted.kind === 'class') return answer === wanted.index;
  return wanted.side === 'least' ? answer >= wanted.value : answer <= wanted.value;
}

/** How far `answers` are from the one that is wanted, of a row that is answered by `given`: by numbers and chances; 0 where nothing says. */
export function answerLacks(
  answers: Float64Array,
  outputs: Outputs,
  { classes }: DecidingOutput,
  wanted: WantedAnswer,
  given: number,
): Float64Array {
  if (wanted.kind === 'number') return answers.map((answer) => Math.abs(answer - wanted.value));
  const chances = outputs['predict_proba'];
  const count = classes?.values.length ?? 0;
  if (chances === undefined || isList(chances) || count === 0) return answers.map(() => 0);
  const data = tensorNumbers(chances);
  if (data.length !== answers.length * count) return answers.map(() => 0);
  return answers.map((_, row) =>
    wanted.kind === 'class' ? 1 - data[row * count + wanted.index]! : data[row * count + Math.max(0, given)]!,
  );
}
