import type { AtenCall } from './call.ts';
import type { AtenValue } from './value.ts';

/** How an operator of ATen becomes nodes of a graph. */
export type AtenEmitter = (call: AtenCall) => AtenValue;

/** One row of the table of operators. */
export interface AtenOperator {
  /** `linear`, or with an overload that has a schema of its own: `max.dim`. */
  readonly name: string;
  /** Names of its parameters, in the order in which TorchScript gives them. */
  readonly parameters: readonly string[];
  readonly emit: AtenEmitter;
  /** Whether its answer may be the storage of its first argument. */
  readonly isView: boolean;
  /** Whether it copies where the elements do not lie as it wants them. */
  readonly mayCopy: boolean;
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Rows of operators that share parameters and emitter; names are separated by blanks. */
export const rows = (names: string, parameters: string, emit: AtenEmitter): readonly AtenOperator[] =>
  words(names).map((name) => ({ name, parameters: words(parameters), emit, isView: false, mayCopy: false }));

/** The same, of operators that answer a view of what they are given. */
export const views = (names: string, parameters: string, emit: AtenEmitter): readonly AtenOperator[] =>
  rows(names, parameters, emit).map((row) => ({ ...row, isView: true }));

/** The same, of operators that copy where they have to. */
export const viewsOrCopies = (
  names: string,
  parameters: string,
  emit: AtenEmitter,
): readonly AtenOperator[] => views(names, parameters, emit).map((row) => ({ ...row, mayCopy: true }));
