import { isSmall, pyFloat, pyInt, pyLong } from '../construct.ts';
import type { PickleMachine, PickleOpcode } from '../machine.ts';
import { asciiLine, opcode } from './opcode.ts';

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
  ['-nan', NaN],
]);
/** Bytes of an int and of a float on the heap, with the slack that a busy collector leaves. */
const INT = 64;
const FLOAT_BYTES = 80;
/** Digits a decimal int takes a byte: log10(256) = 2.41. */
const DIGITS_PER_BYTE = 2.41;

function pushInt(machine: PickleMachine, value: number): void {
  if (!isSmall(value)) machine.charge(INT);
  machine.push(pyInt(value));
}

/** A decimal int of INT or LONG, up to the limit on long ints. */
function decimal(machine: PickleMachine, text: string): void {
  machine.budget.check('longBytes', Math.ceil(text.length / DIGITS_PER_BYTE), machine.what, machine.at);
  if (!/^[+-]?\d+$/.test(text)) throw machine.corrupt(JSON.stringify(text.slice(0, 40)), 'a decimal int');
  machine.charge(INT + text.length);
  machine.push(pyLong(BigInt(text.replace('+', ''))));
}

function runInt(machine: PickleMachine): void {
  const text = asciiLine(machine);
  if (text === '00' || text === '01') machine.push(text === '01');
  else decimal(machine, text);
}

function runFloat(machine: PickleMachine): void {
  const text = asciiLine(machine);
  const value = FLOAT.test(text) ? Number(text) : SPECIAL.get(text.toLowerCase());
  if (value === undefined) throw machine.corrupt(JSON.stringify(text.slice(0, 40)), 'a float');
  machine.charge(FLOAT_BYTES);
  machine.push(pyFloat(value));
}

/** LONG1 and LONG4: little-endian two's complement. */
function pushLong(machine: PickleMachine, size: number): void {
  machine.budget.check('longBytes', size, machine.what, machine.at);
  const bytes = machine.cursor.take(size, machine.what);
  machine.charge(INT + size);
  let hex = '';
  for (const byte of bytes.toReversed()) hex += byte.toString(16).padStart(2, '0');
  machine.push(size === 0 ? pyInt(0) : pyLong(BigInt.asIntN(8 * size, BigInt(`0x${hex}`))));
}

function runLong4(machine: PickleMachine): void {
  const size = machine.cursor.i32(machine.what);
  if (size < 0) throw machine.corrupt(`a length of ${size}`, 'a length of zero or more');
  pushLong(machine, size);
}

export const NUMBERS: readonly PickleOpcode[] = [
  opcode('I', 'INT', runInt),
  opcode('J', 'BININT', (m) => pushInt(m, m.cursor.i32(m.what))),
  opcode('K', 'BININT1', (m) => pushInt(m, m.cursor.u8(m.what))),
  opcode('M', 'BININT2', (m) => pushInt(m, m.cursor.u16(m.what))),
  opcode('L', 'LONG', (m) => decimal(m, asciiLine(m).replace(/[lL]$/, ''))),
  opcode(0x8a, 'LONG1', (m) => pushLong(m, m.cursor.u8(m.what))),
  opcode(0x8b, 'LONG4', runLong4),
  opcode('F', 'FLOAT', runFloat),
  opcode('G', 'BINFLOAT', (m) => {
    m.charge(FLOAT_BYTES);
    m.push(pyFloat(m.cursor.f64be(m.what)));
  }),
  opcode('N', 'NONE', (m) => m.push(null)),
  opcode(0x88, 'NEWTRUE', (m) => m.push(true)),
  opcode(0x89, 'NEWFALSE', (m) => m.push(false)),
];
