import { PlimsollError } from '../../core/errors.ts';
import type { ReadNote } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ReadContext } from '../format.ts';
import type { ObjectFile } from '../object-file.ts';
import { GlobalLog } from './globals.ts';
import { checkGraph } from './graph.ts';
import { type MachineParts, PickleMachine } from './machine.ts';
import { OPCODES } from './opcodes.ts';
import type { PyValue } from './value.ts';

/** What several readings of one file share. */
export interface PickleReading {
  readonly budget: ReadBudget;
  readonly globals: GlobalLog;
}

export function startReading(context: Pick<ReadContext, 'limits' | 'now'>): PickleReading {
  const budget = new ReadBudget(context);
  return { budget, globals: new GlobalLog(budget) };
}

/** Reads the pickle that begins at a byte, and answers where it ends: others may follow. */
export function readPickleAt(
  bytes: Uint8Array,
  start: number,
  reading: PickleReading,
  hooks: Pick<MachineParts, 'built' | 'persistent'>,
): { readonly root: PyValue; readonly end: number } {
  const machine = new PickleMachine({ bytes, opcodes: OPCODES, ...reading, ...hooks, nesting: 0 }, start);
  const root = machine.run();
  const end = machine.cursor.offset;
  checkGraph(root, reading.budget, end);
  return { root, end };
}

/** Reads one whole pickle: nothing may follow its STOP. */
export function readPickleValue(
  bytes: Uint8Array,
  reading: PickleReading,
  built: MachineParts['built'],
  persistent?: MachineParts['persistent'],
): PyValue {
  const hooks = persistent === undefined ? { built } : { built, persistent };
  const { root, end: offset } = readPickleAt(bytes, 0, reading, hooks);
  const left = bytes.length - offset;
  if (left > 0) {
    throw new PlimsollError('READ_CORRUPT', {
      what: 'a pickle',
      offset,
      found: `${left} bytes after its end`,
      wanted: 'nothing after STOP',
    });
  }
  return root;
}

/** What people should know about the names in a file. */
export function notesOf(globals: ObjectFile['globals']): ReadNote[] {
  return globals
    .filter((global) => global.meaning === 'dangerous')
    .map(({ module, name, offset }) => ({
      level: 'risk',
      text: `The file names ${module}.${name} at byte ${offset}, which Python would import and may call while loading; Plimsoll only reads the name`,
    }));
}

/**
 * Reads a pickle of protocol 0 to 5 as data. Nothing is imported or called.
 * Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, each with the byte offset.
 */
export function readPickle(bytes: Uint8Array, context: Pick<ReadContext, 'limits' | 'now'>): ObjectFile {
  const reading = startReading(context);
  const root = readPickleValue(bytes, reading, null);
  const globals = reading.globals.list;
  return {
    format: 'pickle',
    compression: null,
    root,
    globals,
    notes: notesOf(globals),
    budget: reading.budget,
  };
}
