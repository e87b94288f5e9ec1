/** Says when something stops working, for what reason, and when it works again; nothing in between, however often it fails. Pure. */
import type { Logger } from '../../core/ports.ts';

/** Pauses of what waits for a store that is away. */
export const STORE_BACKOFF = { firstMillis: 250, maxMillis: 30_000 };

export interface OutageLogOptions {
  readonly logger: Logger;
  /** What is said when it begins, and when it is over. */
  readonly begins: string;
  readonly ends: string;
}

export class OutageLog {
  readonly #options: OutageLogOptions;
  #reason: string | null = null;

  constructor(options: OutageLogOptions) {
    this.#options = options;
  }

  /** It has failed; said where it worked before, or where the reason is another one. */
  failed(error: unknown): void {
    const reason = String(error);
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#options.logger.error({ err: error }, this.#options.begins);
  }

  /** It has worked. */
  worked(): void {
    if (this.#reason === null) return;
    this.#reason = null;
    this.#options.logger.warn({}, this.#options.ends);
  }
}
