import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { GlobalLog } from './globals.ts';
import { describeValue, type PyObject, type PyValue } from './value.ts';

/** Opcodes between two looks at the clock and at the opcode limit. */
const TICK = 8192;
/** Stack slots charged at once. */
const STACK_STEP = 4096;
/** Memo indexes this far past the end are still kept densely (Python 2 starts at 1). */
const MEMO_GAP = 64;

/** One opcode: its byte, its name in CPython's pickletools, what it does. */
export interface PickleOpcode {
  readonly code: number;
  readonly name: string;
  readonly run: (machine: PickleMachine) => void;
}

/** What a machine shares with the machines of nested pickles. */
export interface MachineParts {
  readonly bytes: Uint8Array;
  /** By their byte. */
  readonly opcodes: readonly (PickleOpcode | undefined)[];
  readonly budget: ReadBudget;
  readonly globals: GlobalLog;
  /** Looks at every object right after its BUILD; a value other than undefined takes its place (joblib arrays). */
  readonly built: ((object: PyObject, machine: PickleMachine) => PyValue | undefined) | null;
  /** What stands outside of the file, by its persistent id (storages of torch). Without it such an id is refused. */
  readonly persistent?: (id: PyValue, machine: PickleMachine) => PyValue;
  /** How deep this pickle lies inside others. */
  readonly nesting: number;
}

/**
 * The pickle machine as data: a stack, marks and a memo, and nothing that could import or call. The opcodes are those
 * of CPython's Lib/pickletools.py; wherever its two unpicklers differ or would raise, this one refuses.
 */
export class PickleMachine {
  readonly parts: MachineParts;
  readonly budget: ReadBudget;
  readonly cursor: ByteCursor;
  /** Where the opcode under way starts. */
  at = 0;
  done = false;
  readonly #stack: PyValue[] = [];
  readonly #marks: number[] = [];
  /** Stack height that pops may not go below: the last mark. */
  #floor = 0;
  #charged = 0;
  readonly #memo: (PyValue | undefined)[] = [];
  readonly #farMemo = new Map<number, PyValue>();
  #memoCount = 0;
  #frameEnd = -1;

  constructor(parts: MachineParts, start: number) {
    this.parts = parts;
    this.budget = parts.budget;
    this.cursor = new ByteCursor(parts.bytes, start);
  }

  /** Runs to STOP and answers the value on the stack. */
  run(): PyValue {
    const { cursor, budget } = this;
    const { opcodes, nesting } = this.parts;
    budget.check('nesting', nesting, 'a nested pickle', cursor.offset);
    let sinceTick = 0;
    while (!this.done) {
      this.at = cursor.offset;
      const code = cursor.u8('a pickle opcode');
      const opcode = opcodes[code];
      if (opcode === undefined)
        throw this.corrupt(`byte 0x${code.toString(16).padStart(2, '0')}`, 'a pickle opcode', 'a pickle');
      opcode.run(this);
      if (this.#frameEnd >= 0) this.#leaveFrame();
      if (++sinceTick === TICK) {
        budget.opcodes(sinceTick, this.at);
        sinceTick = 0;
      }
    }
    budget.opcodes(sinceTick, this.at);
    return this.#stack[0]!;
  }

  /** Name of the opcode under way, for messages. */
  get what(): string {
    return `opcode ${this.parts.opcodes[this.cursor.bytes[this.at]!]?.name ?? '?'}`;
  }

  corrupt(found: string, wanted: string, what = this.what): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what, offset: this.at, found, wanted });
  }

  charge(bytes: number): void {
    this.budget.chargeObjects(bytes, 'a pickle', this.at);
  }

  push(value: PyValue): void {
    if (this.#stack.push(value) > this.#charged) {
      this.#charged += STACK_STEP;
      this.charge(24 * STACK_STEP);
    }
  }

  pop(): PyValue {
    const value = this.#stack.length > this.#floor ? this.#stack.pop() : undefined;
    if (value === undefined) throw this.corrupt('an empty stack', 'a value');
    return value;
  }

  top(): PyValue {
    const value = this.#stack.length > this.#floor ? this.#stack.at(-1) : undefined;
    if (value === undefined) throw this.corrupt('an empty stack', 'a value');
    return value;
  }

  replaceTop(value: PyValue): void {
    this.#stack[this.#stack.length - 1] = value;
  }

  mark(): void {
    this.budget.check('marks', this.#marks.length + 1, this.what, this.at);
    this.#marks.push(this.#floor);
    this.#floor = this.#stack.length;
    this.#marks.push(this.#floor);
  }

  /** Everything above the last mark, taken off together with it. */
  popMark(): PyValue[] {
    const mark = this.#marks.pop();
    const floor = this.#marks.pop();
    if (mark === undefined || floor === undefined) throw this.corrupt('no mark', 'a mark');
    this.#floor = floor;
    return this.#stack.splice(mark);
  }

  /** POP: the top value, or the mark where nothing lies above it. */
  drop(): void {
    if (this.#stack.length > this.#floor) this.#stack.pop();
    else this.popMark();
  }

  /** STOP: exactly one value may be left. */
  stop(): void {
    if (this.#marks.length > 0 || this.#stack.length !== 1) {
      throw this.corrupt(
        `${this.#stack.length} values and ${this.#marks.length / 2} marks`,
        'one value on the stack',
      );
    }
    this.done = true;
  }

  remember(index: number): void {
    const value = this.top();
    const dense = index < this.#memo.length + MEMO_GAP;
    const isNew = dense ? this.#memo[index] === undefined : !this.#farMemo.has(index);
    if (isNew) {
      this.#memoCount += 1;
      this.budget.check('memo', this.#memoCount, this.what, this.at);
      this.charge(dense ? 24 : 80);
    }
    if (!dense) {
      this.#farMemo.set(index, value);
      return;
    }
    while (this.#memo.length < index) this.#memo.push(undefined);
    this.#memo[index] = value;
  }

  /** MEMOIZE: under the number of values remembered so far. */
  rememberNext(): void {
    this.remember(this.#memoCount);
  }

  recall(index: number): void {
    const near = this.#memo[index];
    const value = near === undefined ? this.#farMemo.get(index) : near;
    if (value === undefined)
      throw this.corrupt(`memo index ${index}, never put`, `one of ${this.#memoCount} memo entries`);
    this.push(value);
  }

  /** FRAME: the next `length` bytes hold whole opcodes. */
  enterFrame(length: number): void {
    const { offset, left } = this.cursor;
    if (this.#frameEnd >= 0)
      throw this.corrupt(
        `a frame inside the frame that ends at byte ${this.#frameEnd}`,
        'frames one after the other',
      );
    if (length > left)
      throw new PlimsollError('READ_TRUNCATED', {
        what: this.what,
        offset: this.at,
        found: left,
        wanted: length,
      });
    this.#frameEnd = offset + length;
  }

  /**
   * CPython's two unpicklers disagree on opcodes that straddle the end of a frame: what a scanner sees need not be
   * what runs. Such files are refused.
   */
  #leaveFrame(): void {
    const { offset } = this.cursor;
    if (offset > this.#frameEnd)
      throw this.corrupt(
        `an opcode across the end of its frame at byte ${this.#frameEnd}`,
        'frames of whole opcodes',
      );
    if (offset === this.#frameEnd) this.#frameEnd = -1;
  }

  /** Raw bytes between opcodes lie outside frames: the frame must end where they begin. */
  requireFrameEnd(): void {
    if (this.#frameEnd >= 0) this.#leaveFrame();
    if (this.#frameEnd >= 0)
      throw this.corrupt('raw data inside a frame', 'the end of the frame', 'raw array data');
  }

  /** A complete pickle that starts here, with a stack and a memo of its own. */
  nested(): PyValue {
    this.budget.count('nestedPickles', 'a nested pickle', this.cursor.offset);
    this.charge(1000);
    const machine = new PickleMachine({ ...this.parts, nesting: this.parts.nesting + 1 }, this.cursor.offset);
    const value = machine.run();
    this.cursor.advance(machine.cursor.offset - this.cursor.offset, 'a nested pickle');
    return value;
  }

  /** Refuses what is not of the kind wanted. */
  wrong(value: PyValue | undefined, wanted: string): PlimsollError {
    return this.corrupt(describeValue(value), wanted);
  }
}
