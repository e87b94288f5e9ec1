import { truncate } from '../../text/truncate.ts';

/** Says what long work is doing, on one line that redraws itself. */
export interface ProgressIndicator {
  /** `share` is 0 to 1 where the end is known. */
  update(text: string, share?: number): void;
  /** Takes the line away until it is drawn again, so that something else can be said. */
  clear(): void;
  done(): void;
}

export const HIDDEN_PROGRESS: ProgressIndicator = {
  update: () => undefined,
  clear: () => undefined,
  done: () => undefined,
};

/** Where the line is drawn: a terminal, which knows how wide it is. */
interface Out {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const WIDTH = 24;
/** Work shorter than this shows nothing. */
const QUIET_MS = 1000;
const REDRAW_MS = 100;
const CLEAR_TO_END = '\u001b[K';

/** `model.joblib: comparing engines ████████░░░░ 61 %`. */
export class ProgressLine implements ProgressIndicator {
  readonly #label: string;
  readonly #out: Out;
  readonly #timer: NodeJS.Timeout;
  #text = '';
  #share: number | undefined;
  #frame = 0;
  #isDrawn = false;
  readonly #started = performance.now();
  #drawnAt = 0;

  constructor(label: string, out: Out) {
    this.#label = label;
    this.#out = out;
    this.#timer = setInterval(() => {
      if (performance.now() - this.#started >= QUIET_MS) this.#draw();
    }, REDRAW_MS);
    this.#timer.unref();
  }

  update(text: string, share?: number): void {
    this.#text = text;
    this.#share = share;
    // Work that never waits keeps the timer from its turn.
    const now = performance.now();
    if (now - this.#started >= QUIET_MS && now - this.#drawnAt >= REDRAW_MS) this.#draw();
  }

  done(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  clear(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#out.write(`\r${CLEAR_TO_END}`);
  }

  #draw(): void {
    this.#frame += 1;
    this.#drawnAt = performance.now();
    this.#isDrawn = true;
    const line = fitted(
      { label: this.#label, text: this.#text, bar: bar(this.#share, this.#frame) },
      // A terminal without a size says 0.
      (this.#out.columns || Number.POSITIVE_INFINITY) - 1,
    );
    this.#out.write(`\r${line}${CLEAR_TO_END}`);
  }
}

/** Says each step once, as it begins. */
export class StepLines implements ProgressIndicator {
  readonly clear = HIDDEN_PROGRESS.clear;
  readonly done = HIDDEN_PROGRESS.done;
  readonly #say: (text: string) => void;
  #last = '';

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  update(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.#say(text);
  }
}

/**
 * A line longer than the terminal would go on below, where the next one cannot take it back. So the bar goes first, then
 * the beginning of the label: of a path the end tells more.
 */
function fitted(parts: { label: string; text: string; bar: string }, room: number): string {
  const { label, text, bar: shown } = parts;
  const whole = `${label}: ${text} ${shown}`;
  if (whole.length <= room) return whole;
  const rest = `: ${text}`;
  const left = room - rest.length - 1;
  if (label.length <= left + 1) return `${label}${rest}`;
  return left > 0 ? `…${label.slice(-left)}${rest}` : truncate(text, Math.max(1, room));
}

/** Filled up to `share`; a block that wanders where the end is not known. */
function bar(share: number | undefined, frame: number): string {
  if (share === undefined) {
    const at = frame % WIDTH;
    return `${'░'.repeat(at)}█${'░'.repeat(WIDTH - at - 1)}`;
  }
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(share * 100)} %`;
}
