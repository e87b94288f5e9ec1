/** Says which rows of the store are left out since they cannot be used: each once, however often it is met. Pure. */
import type { Logger } from '../core/ports.ts';
import type { DamagedRow } from './row-schema.ts';

export class RowDamageLog {
  readonly #logger: Pick<Logger, 'error'>;
  readonly #told = new Set<string>();

  constructor(logger: Pick<Logger, 'error'>) {
    this.#logger = logger;
  }

  readonly note = ({ error }: Pick<DamagedRow, 'error'>): void => {
    const { code, message, hint } = error;
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#logger.error({ code, error: message, hint }, 'A row of the store is left out; all others go on');
  };
}
