/** What a worker writes, as lines that can be kept: of bounded length, and so many a second at most. Pure. */
import type { Clock } from '../../core/ports.ts';

/** Characters of a line that are kept. */
const MAX_LINE_CHARACTERS = 4_000;
/** Lines that may come at once, and those a second after that. */
const BURST_LINES = 500;
const LINES_A_SECOND = 100;

/** Bytes that a terminal would act on. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export class LogLines {
  readonly #emit: (line: string) => void;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #isCut = false;
  #tokens = BURST_LINES;
  #refilled: number;
  #dropped = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, emit: (line: string) => void) {
    this.#emit = emit;
    this.#clock = clock;
    this.#refilled = clock.monotonic();
  }

  push(bytes: Uint8Array): void {
    // A carriage return ends a line, too: progress bars have no other end.
    const parts = this.#decoder.decode(bytes, { stream: true }).split(/[\r\n]/);
    for (const [index, part] of parts.entries()) {
      this.#append(part);
      if (index < parts.length - 1) this.#end();
    }
  }

  /** The last line needs no end. */
  close(): void {
    this.#append(this.#decoder.decode());
    this.#end();
    this.#tellDropped();
  }

  #append(part: string): void {
    const room = MAX_LINE_CHARACTERS - this.#rest.length;
    this.#isCut ||= part.length > room;
    this.#rest += part.slice(0, room);
  }

  #end(): void {
    const line = this.#rest.replace(CONTROLS, '?') + (this.#isCut ? '…' : '');
    this.#rest = '';
    this.#isCut = false;
    if (line.trim() === '') return;
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(BURST_LINES, this.#tokens + ((now - this.#refilled) / 1000) * LINES_A_SECOND);
    this.#refilled = now;
    if (this.#tokens < 1) {
      this.#dropped++;
      return;
    }
    this.#tokens--;
    this.#tellDropped();
    this.#emit(line);
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#emit(`… ${this.#dropped} lines left out: too many at once`);
    this.#dropped = 0;
  }
}
