import { readFile, stat } from 'node:fs/promises';
import {
  type CaptureRules,
  DEFAULT_CAPTURE_RULES,
  NO_CAPTURE_RULES,
  parseCaptureRules,
} from '../../capture/capture-rules.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Logger } from '../../core/ports.ts';

/** The rules of a file that others replace: looked at whenever somebody asks. */
export class CaptureRulesFile {
  readonly #path: string;
  readonly #logger: Logger;
  /** What told the last state of the file from others; null where there was none. */
  #seen: string | null = null;
  #rules: CaptureRules = NO_CAPTURE_RULES;
  #isKnown = false;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /**
   * What is in force. Nothing is captured before the file has been looked at, nor while it cannot be read from the start;
   * one that becomes unreadable or goes changes nothing: what is not to be captured must not be forgotten.
   */
  get rules(): CaptureRules {
    return this.#rules;
  }

  /** Never throws. */
  async refresh(): Promise<void> {
    try {
      const found = await stat(this.#path).catch(absent);
      const state = found && `${found.ino} ${found.size} ${found.mtimeMs}`;
      if (this.#isKnown && state === this.#seen) return;
      const text = found && (await readFile(this.#path, 'utf8'));
      this.#follow(text);
      this.#seen = state;
    } catch (error) {
      this.#complain(messageOf(error));
    }
    this.#isKnown = true;
  }

  #follow(text: string | null): void {
    const isFirst = this.#rules === NO_CAPTURE_RULES;
    if (text === null) {
      if (isFirst) this.#rules = DEFAULT_CAPTURE_RULES;
      return;
    }
    const parsed = parseCaptureRules(text);
    if (parsed === null) this.#complain('it is no rules of what is captured');
    else this.#rules = parsed;
  }

  #complain(reason: string): void {
    const message =
      this.#rules === NO_CAPTURE_RULES ? 'nothing is captured' : 'the rules of before are followed';
    this.#logger.warn({ file: this.#path, reason }, `${message}: the rules cannot be read`);
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
