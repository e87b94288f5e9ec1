import type { PickleMachine, PickleOpcode } from '../machine.ts';
import { asciiLine, opcode } from './opcode.ts';

const HIGHEST_PROTOCOL = 5;
/** Memory of what an id stands for, about. */
const PERSISTENT = 300;

function runProto(machine: PickleMachine): void {
  const version = machine.cursor.u8(machine.what);
  if (version > HIGHEST_PROTOCOL)
    throw machine.corrupt(`protocol ${version}`, `protocol 0 to ${HIGHEST_PROTOCOL}`);
}

function memoIndex(machine: PickleMachine): number {
  const text = asciiLine(machine);
  if (!/^\d{1,10}$/.test(text)) throw machine.corrupt(JSON.stringify(text.slice(0, 40)), 'a memo index');
  return Number(text);
}

/** Opcodes that take an object from outside the file: a model file has to hold all it needs. */
const refuse = (found: string) => (machine: PickleMachine) => {
  throw machine.corrupt(found, 'a file that holds all its objects');
};

/** BINPERSID: protocols 0 and 1 name what is outside by a line of text, which no file of torch does. */
function runPersistent(machine: PickleMachine): void {
  const { persistent } = machine.parts;
  if (persistent === undefined) throw machine.corrupt('a persistent id', 'a file that holds all its objects');
  machine.charge(PERSISTENT);
  machine.push(persistent(machine.pop(), machine));
}

export const CONTROL: readonly PickleOpcode[] = [
  opcode(0x80, 'PROTO', runProto),
  opcode(0x95, 'FRAME', (m) => m.enterFrame(m.cursor.u64(m.what))),
  opcode('.', 'STOP', (m) => m.stop()),
  opcode('(', 'MARK', (m) => m.mark()),
  opcode('0', 'POP', (m) => m.drop()),
  opcode('1', 'POP_MARK', (m) => m.popMark()),
  opcode('2', 'DUP', (m) => m.push(m.top())),
  opcode('p', 'PUT', (m) => m.remember(memoIndex(m))),
  opcode('q', 'BINPUT', (m) => m.remember(m.cursor.u8(m.what))),
  opcode('r', 'LONG_BINPUT', (m) => m.remember(m.cursor.u32(m.what))),
  opcode(0x94, 'MEMOIZE', (m) => m.rememberNext()),
  opcode('g', 'GET', (m) => m.recall(memoIndex(m))),
  opcode('h', 'BINGET', (m) => m.recall(m.cursor.u8(m.what))),
  opcode('j', 'LONG_BINGET', (m) => m.recall(m.cursor.u32(m.what))),
  opcode('P', 'PERSID', refuse('a persistent id')),
  opcode('Q', 'BINPERSID', runPersistent),
  opcode(0x82, 'EXT1', refuse('a code of the extension registry')),
  opcode(0x83, 'EXT2', refuse('a code of the extension registry')),
  opcode(0x84, 'EXT4', refuse('a code of the extension registry')),
  opcode(0x97, 'NEXT_BUFFER', refuse('an out-of-band buffer')),
  opcode(0x98, 'READONLY_BUFFER', refuse('an out-of-band buffer')),
];
