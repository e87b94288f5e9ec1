import type { PickleMachine, PickleOpcode } from '../machine.ts';
import { decodeLatin1, decodeQuoted, decodeRawUnicodeEscape, decodeUtf8 } from '../text.ts';
import { opcode } from './opcode.ts';

/** Bytes of a string and of the view it is decoded from; two bytes a character at worst. */
const STRING = 80;

function payload(machine: PickleMachine, size: number): Uint8Array {
  if (size < 0) throw machine.corrupt(`a length of ${size}`, 'a length of zero or more');
  machine.budget.check('stringBytes', size, machine.what, machine.at);
  return machine.cursor.take(size, machine.what);
}

function unicode(machine: PickleMachine, size: number): void {
  const bytes = payload(machine, size);
  machine.charge(STRING + 2 * size);
  machine.push(decodeUtf8(bytes, machine.what, machine.at));
}

/** bytes: a view into the file. Arrays arrive as bytes too, so only the array limit bounds them. */
function bytes(machine: PickleMachine, size: number): void {
  machine.budget.check('arrayBytes', size, machine.what, machine.at);
  const view = machine.cursor.take(size, machine.what);
  machine.charge(200);
  machine.push(view);
}

/** The `str` of Python 2: text or bytes, nobody knows; Latin-1 keeps both. */
function string(machine: PickleMachine, size: number): void {
  if (size < 0) throw machine.corrupt(`a length of ${size}`, 'a length of zero or more');
  machine.budget.check('arrayBytes', size, machine.what, machine.at);
  const view = machine.cursor.take(size, machine.what);
  machine.charge(STRING + 2 * size);
  machine.push(decodeLatin1(view));
}

/** A string on a line of its own: protocol 0 writes the bytes of whole arrays so. */
function textLine(
  machine: PickleMachine,
  decode: (line: Uint8Array, what: string, offset: number) => string,
): void {
  const line = machine.cursor.line(machine.budget.limits.stringBytes, machine.what);
  machine.charge(48 + 8 * line.length);
  machine.push(decode(line, machine.what, machine.at));
}

export const STRINGS: readonly PickleOpcode[] = [
  opcode('S', 'STRING', (m) => textLine(m, decodeQuoted)),
  opcode('T', 'BINSTRING', (m) => string(m, m.cursor.i32(m.what))),
  opcode('U', 'SHORT_BINSTRING', (m) => string(m, m.cursor.u8(m.what))),
  opcode('B', 'BINBYTES', (m) => bytes(m, m.cursor.u32(m.what))),
  opcode('C', 'SHORT_BINBYTES', (m) => bytes(m, m.cursor.u8(m.what))),
  opcode(0x8e, 'BINBYTES8', (m) => bytes(m, m.cursor.u64(m.what))),
  opcode(0x96, 'BYTEARRAY8', (m) => bytes(m, m.cursor.u64(m.what))),
  opcode('V', 'UNICODE', (m) => textLine(m, decodeRawUnicodeEscape)),
  opcode('X', 'BINUNICODE', (m) => unicode(m, m.cursor.u32(m.what))),
  opcode(0x8c, 'SHORT_BINUNICODE', (m) => unicode(m, m.cursor.u8(m.what))),
  opcode(0x8d, 'BINUNICODE8', (m) => unicode(m, m.cursor.u64(m.what))),
];
