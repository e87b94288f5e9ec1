import { buildArray } from '../../numpy/array.ts';
import { buildDType } from '../../numpy/dtype.ts';
import { pyObject } from '../construct.ts';
import type { PickleMachine, PickleOpcode } from '../machine.ts';
import { callOf, reduceCall } from '../reduce.ts';
import { decodeUtf8 } from '../text.ts';
import { isType, type PyDict, type PyTuple, type PyValue } from '../value.ts';
import { opcode } from './opcode.ts';

const OBJECT = 360;

function nameLine(machine: PickleMachine): string {
  const start = machine.cursor.offset;
  return decodeUtf8(machine.cursor.line(machine.budget.limits.lineBytes, machine.what), machine.what, start);
}

function pushGlobal(machine: PickleMachine, module: PyValue, name: PyValue): void {
  machine.charge(96);
  machine.push(machine.parts.globals.record(module, name, machine.what, machine.at));
}

function tupleArgument(machine: PickleMachine): PyTuple {
  const args = machine.pop();
  if (!isType(args, 'tuple')) throw machine.wrong(args, 'a tuple of arguments');
  return args;
}

/** The record of an instance whose class a GLOBAL named, or the file makes itself (cloudpickle). */
function pushObject(
  machine: PickleMachine,
  cls: PyValue,
  args: readonly PyValue[],
  kwargs: PyDict | null,
): void {
  machine.charge(OBJECT);
  machine.parts.globals.used(cls, args);
  if (isType(cls, 'object')) {
    machine.push(callOf(cls, kwargs === null ? args : [...args, kwargs], machine.at));
    return;
  }
  if (!isType(cls, 'global')) throw machine.wrong(cls, 'the name of a class');
  machine.push(pyObject(cls, args, kwargs, machine.at));
}

function runReduce(machine: PickleMachine): void {
  const args = tupleArgument(machine);
  const callable = machine.pop();
  machine.charge(OBJECT);
  machine.parts.globals.called(callable);
  machine.parts.globals.used(callable, args.items);
  machine.push(reduceCall(callable, args.items, machine.budget, machine.at));
}

function runNewObj(machine: PickleMachine): void {
  const args = tupleArgument(machine);
  pushObject(machine, machine.pop(), args.items, null);
}

function runNewObjEx(machine: PickleMachine): void {
  const kwargs = machine.pop();
  const args = tupleArgument(machine);
  if (!isType(kwargs, 'dict')) throw machine.wrong(kwargs, 'a dict of keyword arguments');
  pushObject(machine, machine.pop(), args.items, kwargs);
}

function runInst(machine: PickleMachine): void {
  const module = nameLine(machine);
  const cls = machine.parts.globals.record(module, nameLine(machine), machine.what, machine.at);
  const args = machine.popMark();
  machine.charge(24 * args.length);
  pushObject(machine, cls, args, null);
}

function runObj(machine: PickleMachine): void {
  const [cls, ...args] = machine.popMark();
  if (cls === undefined) throw machine.corrupt('nothing above the mark', 'the name of a class');
  machine.charge(24 * args.length);
  pushObject(machine, cls, args, null);
}

/**
 * BUILD: the state of the object below it. An object is built once; state for anything else than a record, an array
 * or a dtype (a name above all: that would change a module) is refused.
 */
function runBuild(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (isType(target, 'array')) buildArray(target, state, machine.budget);
  else if (isType(target, 'dtype')) buildDType(target, state, machine.budget, machine.at);
  else if (isType(target, 'object')) {
    if (target.state !== null) throw machine.corrupt('a second state', 'one state an object');
    target.state = state;
    const replacement = machine.parts.built?.(target, machine);
    if (replacement !== undefined) machine.replaceTop(replacement);
  } else if (!isType(target, 'dict') || target.cls === null) {
    // The attributes of an OrderedDict carry no meaning for any model.
    throw machine.wrong(target, 'an object that takes a state');
  }
}

export const OBJECTS: readonly PickleOpcode[] = [
  opcode('c', 'GLOBAL', (m) => {
    const module = nameLine(m);
    pushGlobal(m, module, nameLine(m));
  }),
  opcode(0x93, 'STACK_GLOBAL', (m) => {
    const name = m.pop();
    pushGlobal(m, m.pop(), name);
  }),
  opcode('R', 'REDUCE', runReduce),
  opcode('b', 'BUILD', runBuild),
  opcode('i', 'INST', runInst),
  opcode('o', 'OBJ', runObj),
  opcode(0x81, 'NEWOBJ', runNewObj),
  opcode(0x92, 'NEWOBJ_EX', runNewObjEx),
];
