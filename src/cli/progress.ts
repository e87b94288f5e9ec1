/** Says what long work is doing, on one line that redraws itself. */
export interface Progress {
  /** `share` is 0 to 1 where the end is known. */
  update(text: string, share?: number): void;
  /** Takes the line away until it is drawn again, so that something else can be said. */
  clear(): void;
  done(): void;
}

export const SILENT: Progress = { update: () => undefined, clear: () => undefined, done: () => undefined };

const WIDTH = 24;
/** Work shorter than this shows nothing. */
const QUIET_MS = 1000;
const REDRAW_MS = 100;
const CLEAR_TO_END = '\u001b[K';

/** `model.joblib: comparing engines ████████░░░░ 61 %`. */
export class ProgressLine implements Progress {
  readonly #label: string;
  readonly #out: { write(text: string): unknown };
  readonly #timer: NodeJS.Timeout;
  #text = '';
  #share: number | undefined;
  #frame = 0;

  constructor(label: string, out: { write(text: string): unknown }) {
    this.#label = label;
    this.#out = out;
    const started = performance.now();
    this.#timer = setInterval(() => {
      if (performance.now() - started >= QUIET_MS) this.#draw();
    }, REDRAW_MS);
    this.#timer.unref();
  }

  update(text: string, share?: number): void {
    this.#text = text;
    this.#share = share;
  }

  done(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  clear(): void {
    if (this.#frame > 0) this.#out.write(`\r${CLEAR_TO_END}`);
  }

  #draw(): void {
    this.#frame += 1;
    this.#out.write(`\r${this.#label}: ${this.#text} ${bar(this.#share, this.#frame)}${CLEAR_TO_END}`);
  }
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
