import { EMPTY_TUPLE, pyDict, pyList, pyTuple } from '../construct.ts';
import type { PickleMachine, PickleOpcode } from '../machine.ts';
import { isType, type PyValue } from '../value.ts';
import { opcode } from './opcode.ts';

/** Rough bytes of a container, an item and an entry, with what later walks over them remember. */
const CONTAINER = 256;
const ITEM = 24;
/** An item that comes later: an array that grows leaves smaller ones behind until they are collected. */
const APPENDED = 32;
const ENTRY = 96;

function pushList(machine: PickleMachine, items: PyValue[]): void {
  machine.charge(CONTAINER + ITEM * items.length);
  machine.push(pyList(items));
}

function pushTuple(machine: PickleMachine, items: PyValue[]): void {
  if (items.length === 0) {
    machine.push(EMPTY_TUPLE);
    return;
  }
  machine.charge(CONTAINER + ITEM * items.length);
  machine.push(pyTuple(items));
}

// Array literals: an array that grows from nothing reserves seventeen slots.
function tuple1(machine: PickleMachine): void {
  pushTuple(machine, [machine.pop()]);
}

function tuple2(machine: PickleMachine): void {
  const second = machine.pop();
  pushTuple(machine, [machine.pop(), second]);
}

function tuple3(machine: PickleMachine): void {
  const third = machine.pop();
  const second = machine.pop();
  pushTuple(machine, [machine.pop(), second, third]);
}

/** Pairs of an even run of values; keys must be hashable, as in Python. */
function addEntries(machine: PickleMachine, target: [PyValue, PyValue][], flat: readonly PyValue[]): void {
  if (flat.length % 2 !== 0) throw machine.corrupt(`${flat.length} values`, 'pairs of keys and values');
  machine.charge((ENTRY / 2) * flat.length);
  for (let i = 0; i < flat.length; i += 2) {
    const key = flat[i]!;
    if (isUnhashable(key)) throw machine.wrong(key, 'a key that Python can hash');
    target.push([key, flat[i + 1]!]);
  }
}

const isUnhashable = (key: PyValue): boolean =>
  isType(key, 'list') || isType(key, 'dict') || isType(key, 'set') || isType(key, 'array');

function pushDict(machine: PickleMachine, flat: readonly PyValue[]): void {
  machine.charge(CONTAINER);
  const dict = pyDict();
  addEntries(machine, dict.entries, flat);
  machine.push(dict);
}

/** SETITEM and SETITEMS onto a dict, or onto the record of a dict subclass. */
function setItems(machine: PickleMachine, flat: readonly PyValue[]): void {
  const target = machine.top();
  if (!isType(target, 'dict') && !isType(target, 'object')) throw machine.wrong(target, 'a dict');
  addEntries(machine, target.entries, flat);
}

/** APPEND and APPENDS onto a list, or onto the record of a list subclass or deque. */
function append(machine: PickleMachine, items: readonly PyValue[]): void {
  const target = machine.top();
  if (!isType(target, 'list') && !isType(target, 'object')) throw machine.wrong(target, 'a list');
  machine.charge(APPENDED * items.length);
  for (const item of items) target.items.push(item);
}

function addItems(machine: PickleMachine): void {
  const items = machine.popMark();
  const target = machine.top();
  if (!isType(target, 'set') && !isType(target, 'object')) throw machine.wrong(target, 'a set');
  machine.charge(ITEM * items.length);
  for (const item of items) target.items.push(item);
}

function pushSet(machine: PickleMachine, type: 'set' | 'frozenset', items: PyValue[]): void {
  machine.charge(CONTAINER + ITEM * items.length);
  machine.push({ type, items });
}

function setItem(machine: PickleMachine): void {
  const value = machine.pop();
  const key = machine.pop();
  setItems(machine, [key, value]);
}

export const CONTAINERS: readonly PickleOpcode[] = [
  opcode(']', 'EMPTY_LIST', (m) => pushList(m, [])),
  opcode('l', 'LIST', (m) => pushList(m, m.popMark())),
  opcode('a', 'APPEND', (m) => append(m, [m.pop()])),
  opcode('e', 'APPENDS', (m) => append(m, m.popMark())),
  opcode(')', 'EMPTY_TUPLE', (m) => m.push(EMPTY_TUPLE)),
  opcode('t', 'TUPLE', (m) => pushTuple(m, m.popMark())),
  opcode(0x85, 'TUPLE1', tuple1),
  opcode(0x86, 'TUPLE2', tuple2),
  opcode(0x87, 'TUPLE3', tuple3),
  opcode('}', 'EMPTY_DICT', (m) => pushDict(m, [])),
  opcode('d', 'DICT', (m) => pushDict(m, m.popMark())),
  opcode('s', 'SETITEM', setItem),
  opcode('u', 'SETITEMS', (m) => setItems(m, m.popMark())),
  opcode(0x8f, 'EMPTY_SET', (m) => pushSet(m, 'set', [])),
  opcode(0x90, 'ADDITEMS', addItems),
  opcode(0x91, 'FROZENSET', (m) => pushSet(m, 'frozenset', m.popMark())),
];
