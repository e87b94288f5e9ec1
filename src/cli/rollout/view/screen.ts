/** A frame that is redrawn where it stands. */
import { type ApplyStyle, renderLine, type StyledLine } from './styled-line.ts';

export interface ScreenOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const up = (lines: number): string => (lines === 0 ? '\r' : `\u001b[${lines}A\r`);
const WIDTH = 100;

export class LiveScreen {
  readonly #out: ScreenOutput;
  readonly #paint: ApplyStyle;
  #height = 0;
  #last = '';

  constructor(out: ScreenOutput, paint: ApplyStyle) {
    this.#out = out;
    this.#paint = paint;
  }

  get width(): number {
    return this.#out.isTTY ? Math.max(40, this.#out.columns ?? WIDTH) : WIDTH;
  }

  /** On a terminal in place of the frame before, cut to its height; elsewhere below it, if anything has changed. */
  show(frame: readonly StyledLine[]): void {
    const lines = frame.map((line) => renderLine(line, this.width, this.#paint));
    if (this.#out.isTTY) this.#redraw(lines.slice(0, Math.max(1, (this.#out.rows ?? 50) - 1)));
    else this.#append(lines.join('\n'));
  }

  /** Leaves the last frame on the terminal, and the cursor below it. */
  close(): void {
    if (this.#height > 0) this.#out.write(SHOW_CURSOR);
  }

  #redraw(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
    this.#out.write(`${HIDE_CURSOR}${up(this.#height)}${text}${CLEAR_BELOW}`);
    this.#height = lines.length;
  }

  #append(text: string): void {
    if (text === this.#last) return;
    this.#out.write(`${this.#last === '' ? '' : '\n'}${text}\n`);
    this.#last = text;
  }
}
