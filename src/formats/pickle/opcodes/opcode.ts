import type { PickleMachine, PickleOpcode } from '../machine.ts';

/** An opcode by the character (or byte) that CPython's table gives it. */
export const opcode = (
  code: string | number,
  name: string,
  run: (machine: PickleMachine) => void,
): PickleOpcode => ({
  code: typeof code === 'string' ? code.charCodeAt(0) : code,
  name,
  run,
});

/** The text argument of a protocol 0 opcode: ASCII up to a newline. */
export function asciiLine(machine: PickleMachine): string {
  const bytes = machine.cursor.line(machine.budget.limits.lineBytes, machine.what);
  // A carriage return is tolerated: old pickles were opened in text mode.
  const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  machine.charge(end);
  let text = '';
  for (const byte of bytes.subarray(0, end)) {
    if (byte > 0x7e) throw machine.corrupt('a byte outside ASCII', 'ASCII text');
    text += String.fromCharCode(byte);
  }
  return text;
}
