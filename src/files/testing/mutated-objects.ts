import type { Random } from '../../core/ports.ts';
import { randomIndex } from '../../core/random.ts';
import { pyFloat, pyInt, pyList } from '../../formats/pickle/construct.ts';
import { isType, type PyArray, type PyObject, type PyValue } from '../../formats/pickle/value.ts';

/**
 * For tests: Python values with something changed in them that every byte of a file could agree with: sizes that disagree, numbers that
 * lie, objects of another class, members that are gone, and values that hold themselves.
 */

/** A place that holds a value. */
interface Slot {
  readonly value: PyValue;
  readonly put: (value: PyValue) => void;
  /** Takes the place away, where its owner can do without it. */
  readonly drop?: () => void;
}

/** Places looked at: enough for every attribute of every estimator of a fixture. */
const MAX_SLOTS = 20_000;

/** Every place below a value, each owner once. */
function slotsIn(root: PyValue): Slot[] {
  const slots: Slot[] = [];
  const seen = new Set<PyValue>();
  const waiting: PyValue[] = [root];
  while (waiting.length > 0 && slots.length < MAX_SLOTS) {
    const owner = waiting.pop()!;
    if (typeof owner !== 'object' || owner === null || owner instanceof Uint8Array || seen.has(owner))
      continue;
    seen.add(owner);
    for (const slot of slotsOf(owner)) {
      slots.push(slot);
      waiting.push(slot.value);
    }
  }
  return slots;
}

function slotsOf(owner: Exclude<PyValue, null | boolean | bigint | string | Uint8Array>): Slot[] {
  switch (owner.type) {
    case 'list':
    case 'set':
    case 'frozenset':
    case 'tuple':
      return itemSlots(owner.items as PyValue[]);
    case 'dict':
      return entrySlots(owner.entries);
    case 'array':
      return owner.data instanceof Uint8Array ? [] : itemSlots(owner.data as PyValue[]);
    case 'object':
      return [
        {
          value: owner.state,
          put: (value) => {
            owner.state = value;
          },
        },
        ...itemSlots(owner.args as PyValue[]),
        ...itemSlots(owner.items),
        ...entrySlots(owner.entries),
      ];
    default:
      return [];
  }
}

const itemSlots = (items: PyValue[]): Slot[] =>
  items.map((value, i) => ({
    value,
    put: (other) => {
      items[i] = other;
    },
    drop: () => void items.splice(i, 1),
  }));

const entrySlots = (entries: [PyValue, PyValue][]): Slot[] =>
  entries.map((entry) => ({
    value: entry[1],
    put: (other) => {
      entry[1] = other;
    },
    drop: () => void entries.splice(entries.indexOf(entry), 1),
  }));

const NUMBERS = [-1, 0, 1, 2, 0.5, 255, 2 ** 31, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY];
const numberFrom = (random: Random): number => NUMBERS[randomIndex(random, NUMBERS.length)]!;

/** Values that hardly any attribute expects. */
const strange = (random: Random): PyValue => {
  const number = numberFrom(random);
  const others: readonly PyValue[] = [
    null,
    true,
    '',
    'nan',
    'auto',
    pyList(),
    pyFloat(number),
    new Uint8Array(3),
  ];
  return others[randomIndex(random, others.length)]!;
};

type Change = (slot: Slot, random: Random, all: readonly Slot[], root: PyValue) => void;

const CHANGES: readonly Change[] = [
  (slot, random) => slot.put(strange(random)),
  (slot) => (slot.drop === undefined ? slot.put(null) : slot.drop()),
  // Another value of the file: of another size or class, or one that holds this place.
  (slot, random, all) => slot.put(all[randomIndex(random, all.length)]!.value),
  (slot, _random, _all, root) => slot.put(root),
  (slot, random, all) => slot.put(changedValue(slot.value, random, all)),
  (slot, random, all) => slot.put(changedValue(slot.value, random, all)),
];

/** A value of the same kind that says something else. */
function changedValue(value: PyValue, random: Random, all: readonly Slot[]): PyValue {
  if (isType(value, 'int')) return pyInt(Math.trunc(numberFrom(random)) || randomIndex(random, 1000));
  if (isType(value, 'float')) return pyFloat(numberFrom(random));
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return value.slice(0, randomIndex(random, value.length + 1));
  if (isType(value, 'array')) return changedArray(value, random);
  return isType(value, 'object') ? ofAnotherClass(value, random, all) : strange(random);
}

/** Fewer or more elements, another shape, or one element that is something else. */
function changedArray(array: PyArray, random: Random): PyArray {
  const { shape, data, dtype } = array;
  const [first = 1, ...rest] = shape;
  if (!(data instanceof Uint8Array) || data.length === 0 || dtype.itemSize === 0)
    return { ...array, shape: [...shape, 1] };
  switch (randomIndex(random, 4)) {
    case 0: {
      const kept = randomIndex(random, first);
      return {
        ...array,
        shape: [kept, ...rest],
        data: data.subarray(0, (data.length / Math.max(1, first)) * kept),
      };
    }
    case 1: {
      const twice = new Uint8Array(2 * data.length);
      twice.set(data);
      twice.set(data, data.length);
      return { ...array, shape: [2 * first, ...rest], data: twice };
    }
    case 2:
      return { ...array, shape: shape.length > 1 ? [data.length / dtype.itemSize] : [1, ...shape] };
    default: {
      const changed = Uint8Array.from(data);
      const at = dtype.itemSize * randomIndex(random, data.length / dtype.itemSize);
      for (let byte = at; byte < at + dtype.itemSize; byte++) changed[byte] = randomIndex(random, 256);
      return { ...array, data: changed };
    }
  }
}

/** The same state under the class of another object of the file. */
function ofAnotherClass(object: PyObject, random: Random, all: readonly Slot[]): PyObject {
  const objects = all.map(({ value }) => value).filter((value) => isType(value, 'object'));
  const other = objects[randomIndex(random, objects.length)];
  return other === undefined ? object : { ...object, cls: other.cls };
}

/** Changes one to three places below `root`, in place, by the draws of `random`. */
export function mutateObjects(root: PyValue, random: Random): void {
  const times = 1 + randomIndex(random, 3);
  for (let k = 0; k < times; k++) {
    const all = slotsIn(root);
    if (all.length === 0) return;
    const change = CHANGES[randomIndex(random, CHANGES.length)]!;
    change(all[randomIndex(random, all.length)]!, random, all, root);
  }
}
