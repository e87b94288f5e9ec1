import { styleText } from 'node:util';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { machineError } from '../../core/parts.ts';
import { printableAnswer, printableLines } from './printable.ts';
import { HIDDEN_PROGRESS, type ProgressIndicator, ProgressLine, StepLines } from './progress.ts';

type Style = Parameters<typeof styleText>[0];

/**
 * Where a command says things. The answer goes to stdout (one JSON document with `--json`), everything on the way
 * to stderr.
 */
export class Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  /** The line that may be on the screen: whatever else is said takes its place. */
  #line: ProgressIndicator = HIDDEN_PROGRESS;

  constructor(options: { json: boolean; quiet: boolean }) {
    this.json = options.json;
    this.quiet = options.quiet;
  }

  /** The command's answer, once a command; `text` is called only where a human reads. */
  answer(document: unknown, text: () => string): void {
    this.#line.done();
    this.#print(this.json ? JSON.stringify(document) : text());
  }

  /** The one way to stdout. */
  #print(text: string): void {
    process.stdout.write(`${printableAnswer(text)}\n`);
  }

  /** Something worth knowing on the way. */
  note(text: string): void {
    if (this.quiet) return;
    this.#line.clear();
    process.stderr.write(`${printableLines(text)}\n`);
  }

  /** Shows itself after a second, on a terminal only. Call `done` in any case. */
  progress(label: string): ProgressIndicator {
    this.#line.done();
    const isSilent = this.quiet || this.json || !process.stderr.isTTY;
    this.#line = isSilent ? HIDDEN_PROGRESS : new ProgressLine(label, process.stderr);
    return this.#line;
  }

  /**
   * As `progress`, for steps that change the world and take minutes: where there is no terminal to redraw, in the log of a
   * pipeline, each is a line of its own.
   */
  steps(label: string): ProgressIndicator {
    return process.stderr.isTTY && !this.json
      ? this.progress(label)
      : new StepLines((text) => this.note(`${label}: ${text}`));
  }

  /** Reports a failure in the form of the contract and answers its exit code. */
  fail(error: unknown, command: string): number {
    this.#line.done();
    const coded = asPlimsollError(error, command);
    if (this.json) {
      this.#print(JSON.stringify({ error: coded }));
    } else {
      const head = styleText('red', coded.code, { stream: process.stderr });
      process.stderr.write(`${head}: ${printableLines(`${coded.message}\n  ${coded.hint}`)}\n`);
    }
    // A coded error was understood where it was thrown; of one that crossed a wire the stack would be that of its reader.
    if (coded.code === 'INTERNAL' && !isPlimsollError(error))
      process.stderr.write(`${printableLines(stackOf(error))}\n`);
    return coded.exit;
  }
}

/** Columns of stdout; without end where it is no terminal. */
export const terminalWidth = (): number => process.stdout.columns ?? Number.POSITIVE_INFINITY;

/** Styles text where stdout is a terminal that wants it (`NO_COLOR` and pipes get plain text). */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });

function asPlimsollError(error: unknown, command: string): PlimsollError {
  if (isPlimsollError(error)) return error instanceof PlimsollError ? error : PlimsollError.from(error);
  const internal = { action: command, reason: messageOf(error) };
  return machineError(error) ?? new PlimsollError('INTERNAL', internal, { cause: error });
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
