import type { GraphBuilder } from '../../../onnx/builder.ts';
import type { OnnxGraph } from '../../../onnx/graph.ts';
import type { NodeContext } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import { type EdgeValue, NO_VALUE, type TensorList, type TurnElement } from '../value.ts';
import { type Carried, canCarry, commonShape, nameIn, renamed } from './branch.ts';
import { ListRead } from './list.ts';

/** What runs again and again. */
export interface LoopParts {
  /** Values before the first turn. */
  readonly state: readonly EdgeValue[];
  /** Places of those that turns give back as they came: variables, weights, inputs. They stand outside. */
  readonly fixed: ReadonlySet<number>;
  /** The shape that a value has in every turn, where the file says one. */
  readonly shapeOf: (at: number) => Shape;
  readonly test: (state: readonly EdgeValue[]) => TensorValue;
  readonly turn: (state: readonly EdgeValue[]) => readonly EdgeValue[];
}

/** Attempts at a loop, each with what the one before found out about its state. */
const MAX_ATTEMPTS = 6;

/** What is found out about the state of a loop while its body is built. */
interface StateFacts {
  readonly shapes: Map<number, Shape>;
  /** Places of lists that turns read, or set elsewhere than at their end. */
  readonly sequences: Set<number>;
}

interface StateSlot {
  readonly at: number;
  readonly value: Carried;
}

/** A list to which each turn adds one element. */
interface CollectedSlot {
  readonly at: number;
  readonly list: TensorList;
  /** How many elements the list is to have; null: as many as there are turns. */
  readonly count: TensorValue | null;
}

/** The body of a loop, and what it gives back. */
interface LoopBody {
  readonly graph: OnnxGraph;
  readonly start: readonly EdgeValue[];
  readonly end: readonly EdgeValue[];
}

/**
 * A Loop of ONNX. A list to which each turn adds one element, at the place that counts turns, is what the Loop itself collects; others are
 * carried as sequences, of which ONNX makes a copy whenever they change.
 */
export function repeat(c: NodeContext, parts: LoopParts): EdgeValue[] {
  const facts: StateFacts = { shapes: new Map(), sequences: new Set() };
  const first = parts.test(parts.state);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const known = facts.shapes.size + facts.sequences.size;
    const slots = parts.state.flatMap((value, at) =>
      parts.fixed.has(at) ? [] : [slotOf(c, parts, facts, value, at)],
    );
    const collected = slots.flatMap((slot) => collectedSlot(slot, facts));
    const carried = slots.filter(({ at }) => collected.every((slot) => slot.at !== at));
    const body = bodyOf(c, parts, carried, collected, facts);
    if (body !== null && facts.shapes.size + facts.sequences.size === known)
      return emitLoop(c, parts, first, carried, collected, body);
  }
  throw c.unsupported('state', 'values that change their shape from turn to turn', 'values of one shape are');
}

function slotOf(
  c: NodeContext,
  parts: LoopParts,
  facts: StateFacts,
  value: EdgeValue,
  at: number,
): StateSlot {
  if (!canCarry(value))
    throw c.unsupported(`input ${at}`, `a ${value.kind} that changes in a loop`, 'a tensor or a list are');
  if (value.kind === 'list') return { at, value };
  const found = facts.shapes.get(at);
  return { at, value: { ...value, shape: found === undefined ? (parts.shapeOf(at) ?? value.shape) : found } };
}

function collectedSlot({ at, value }: StateSlot, facts: StateFacts): readonly CollectedSlot[] {
  if (value.kind !== 'list' || value.elements.as !== 'reserved' || facts.sequences.has(at)) return [];
  return [{ at, list: value, count: value.elements.count }];
}

/** @returns null where lists have to be carried as sequences after all */
function bodyOf(
  c: NodeContext,
  parts: LoopParts,
  carried: readonly StateSlot[],
  collected: readonly CollectedSlot[],
  facts: StateFacts,
): LoopBody | null {
  const slots = new Map(collected.map((slot) => [slot, slot.at]));
  const made: { start: EdgeValue[]; end: readonly EdgeValue[] } = { start: [...parts.state], end: [] };
  try {
    const graph = c.g.nested('body', (inner) => {
      openState(made.start, inner, carried, collected);
      made.end = parts.turn(made.start);
      inner.result(c.g.nameOf(parts.test(made.end)));
      for (const slot of carried) inner.result(nameIn(c, endOf(c, slot, made.end, facts)));
      for (const { at } of collected) inner.result(c.g.nameOf(elementOf(made.end[at])?.value ?? null));
    });
    const body = { graph, ...made };
    for (const slot of collected)
      if (!isInOrder(c, slot, carried, parts.state, body)) facts.sequences.add(slot.at);
    return body;
  } catch (error) {
    const at = error instanceof ListRead ? slots.get(error.slot as CollectedSlot) : undefined;
    if (at === undefined) throw error;
    facts.sequences.add(at);
    return null;
  }
}

function openState(
  state: EdgeValue[],
  inner: GraphBuilder,
  carried: readonly StateSlot[],
  collected: readonly CollectedSlot[],
): void {
  inner.argument('turn', 'int64');
  inner.argument('going', 'bool');
  for (const { at, value } of carried) state[at] = renamed(value, inner.argument('state'));
  for (const slot of collected)
    state[slot.at] = {
      ...slot.list,
      elements: { as: 'turns', slot, isOpen: slot.count === null, set: null },
    };
}

/** What a turn gives back of a value; sizes that it does not keep are no sizes of the state. */
function endOf(
  c: NodeContext,
  { at, value }: StateSlot,
  end: readonly EdgeValue[],
  facts: StateFacts,
): Carried {
  const after = end[at] ?? NO_VALUE;
  if (!canCarry(after) || after.kind !== value.kind || after.dtype !== value.dtype)
    throw c.unsupported(
      `state ${at}`,
      `a ${after.kind} that changes its type in a loop`,
      'values of one type are',
    );
  if (value.kind !== 'tensor') return after;
  const common = commonShape(value.shape, after.shape);
  if (String(common) !== String(value.shape) || (common === null) !== (value.shape === null))
    facts.shapes.set(at, common);
  return after;
}

function elementOf(value: EdgeValue | undefined): TurnElement | null {
  return value?.kind === 'list' && value.elements.as === 'turns' ? value.elements.set : null;
}

/** Whether the turns set one element each, from the first place on, or all the only one. */
function isInOrder(
  c: NodeContext,
  { at, count }: CollectedSlot,
  carried: readonly StateSlot[],
  before: readonly EdgeValue[],
  body: LoopBody,
): boolean {
  const element = elementOf(body.end[at]);
  if (element === null) return false;
  const { at: place } = element;
  if (place === null || isOnly(count, place)) return true;
  const counter = carried.find((slot) => {
    const state = body.start[slot.at];
    return state?.kind === 'tensor' && state.name === place.name;
  });
  const [from, to] = counter === undefined ? [] : [before[counter.at], body.end[counter.at]];
  if (from?.kind !== 'tensor' || to?.kind !== 'tensor' || from.numbers?.[0] !== 0) return false;
  return body.graph.nodes.some(
    ({ op, inputs, outputs }) =>
      op === 'Add' &&
      outputs[0] === to.name &&
      inputs.includes(place.name ?? '') &&
      inputs.some((input) => c.g.numberOf(input) === 1),
  );
}

const isOnly = (count: TensorValue | null, { constant, numbers }: TensorValue): boolean =>
  count?.numbers?.[0] === 1 && constant !== null && numbers?.[0] === 0;

function emitLoop(
  c: NodeContext,
  { state }: LoopParts,
  first: TensorValue,
  carried: readonly StateSlot[],
  collected: readonly CollectedSlot[],
  body: LoopBody,
): EdgeValue[] {
  const inputs = ['', c.g.nameOf(first), ...carried.map(({ value }) => nameIn(c, value))];
  const names = c.g.raw('Loop', inputs, carried.length + collected.length, { body: body.graph });
  const after = [...state];
  for (const [i, { at, value }] of carried.entries()) after[at] = renamed(value, names[i] ?? '');
  for (const [i, { at, list, count }] of collected.entries()) {
    const { at: place, value } = elementOf(body.end[at]) ?? { at: null, value: c.g.int(0) };
    const shape = value.shape === null ? null : [null, ...value.shape];
    const all: TensorValue = {
      kind: 'tensor',
      dtype: list.dtype,
      shape,
      numbers: null,
      constant: null,
      name: names[carried.length + i] ?? '',
    };
    const tensor = place !== null && isOnly(count, place) ? lastOf(c, all) : all;
    after[at] = { ...list, shape: value.shape, elements: { as: 'stacked', tensor, padTo: count } };
  }
  return after;
}

const lastOf = (c: NodeContext, all: TensorValue): TensorValue =>
  c.emit('Slice', [all, c.g.ints([-1]), c.g.ints([Number.MAX_SAFE_INTEGER]), c.g.ints([0])], {}, all);
