import type { PickleOpcode } from './machine.ts';
import { CONTAINERS } from './opcodes/containers.ts';
import { CONTROL } from './opcodes/control.ts';
import { NUMBERS } from './opcodes/numbers.ts';
import { OBJECTS } from './opcodes/objects.ts';
import { STRINGS } from './opcodes/strings.ts';

/** All 68 opcodes of protocols 0 to 5, by their byte (CPython Lib/pickletools.py). */
export const OPCODES: readonly (PickleOpcode | undefined)[] = (() => {
  const table = new Array<PickleOpcode | undefined>(256).fill(undefined);
  for (const opcode of [...CONTROL, ...NUMBERS, ...STRINGS, ...CONTAINERS, ...OBJECTS])
    table[opcode.code] = opcode;
  return table;
})();
