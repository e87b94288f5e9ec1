import { PlimsollError } from '../../core/errors.ts';
import { truncate } from '../../text/truncate.ts';

/** Path of a value inside a request, starting with `body`. */
export type InputLocation = readonly (string | number)[];

/** One complaint about the input, in the form that FastAPI's clients parse. */
export interface InputDetail {
  readonly type: string;
  readonly loc: InputLocation;
  readonly msg: string;
  readonly input?: unknown;
}

/** What is wrong with one value: the type of the complaint and its text. */
export interface CellFault {
  readonly type: string;
  readonly msg: string;
}

/** Complaints listed in one answer; reading stops there. */
const DETAILS_MAX = 100;
/** Complaints that say what may have been meant. */
const SUGGESTIONS_MAX = 5;
/** Characters of a value or a key that a complaint repeats. */
const ECHO_MAX = 120;

/** Collects what is wrong with a request, so that one answer names every bad cell. */
export class InputErrors {
  readonly #details: InputDetail[] = [];

  get some(): boolean {
    return this.#details.length > 0;
  }

  /** Whether to look for what may have been meant: a request of nothing but mistakes is not worth the time. */
  get suggests(): boolean {
    return this.#details.length < SUGGESTIONS_MAX;
  }

  /** Notes a complaint; throws INPUT_INVALID when there are too many to go on. */
  add(loc: InputLocation, { type, msg }: CellFault, input?: unknown): void {
    if (this.#details.length === DETAILS_MAX) {
      this.#details.push({
        type: 'too_many_errors',
        loc: ['body'],
        msg: `stopped after ${DETAILS_MAX} problems`,
      });
      throw this.#error();
    }
    this.#details.push({ type, loc, msg, ...(input === undefined ? {} : { input: echo(input) }) });
  }

  /** Throws INPUT_INVALID if there is any complaint. */
  check(): void {
    if (this.some) throw this.#error();
  }

  /** Adds the last complaint and throws. */
  fail(loc: InputLocation, fault: CellFault, input?: unknown): never {
    this.add(loc, fault, input);
    throw this.#error();
  }

  #error(): PlimsollError {
    const [first = '', ...others] = this.#details.map(({ msg }) => msg);
    const problem = others.length > 0 ? `${first} (and ${others.length} more)` : first;
    return new PlimsollError('INPUT_INVALID', { problem, detail: this.#details });
  }
}

/** A value as a message shows it: short, and quoted where it is text. */
export function describeInput(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string') return JSON.stringify(clipText(value));
  return String(value);
}

/** A key of the request, short enough to repeat. */
export const clipText = (text: string): string => truncate(text, ECHO_MAX + 1);

/** What an answer repeats of a bad value: scalars, clipped; structures are described, never copied. */
function echo(value: unknown): unknown {
  if (typeof value === 'string') return clipText(value);
  if (typeof value === 'object' && value !== null) return describeInput(value);
  return value;
}
