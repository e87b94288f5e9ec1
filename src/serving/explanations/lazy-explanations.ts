import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { ExplanationOutcome } from './explanation-outcome.ts';
import type { ExplanationService, ExplanationTask } from './explanation-service.ts';

/** The service that explains answers, loaded with the first request that asks for it. */
export class LazyExplanations {
  readonly #logger: Logger;
  #service: Promise<ExplanationService> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Never rejects: what stands in the way is the outcome. */
  async explain(request: ExplanationTask): Promise<ExplanationOutcome> {
    this.#service ??= this.#open();
    try {
      return await (await this.#service).explain(request);
    } catch (error) {
      const reason = messageOf(error);
      const coded = isPlimsollError(error)
        ? error
        : new PlimsollError('INTERNAL', { action: 'an explanation', reason }, { cause: error });
      return { kind: 'missing', error: coded };
    }
  }

  /** A service that never came has nothing to end. */
  async close(): Promise<void> {
    await (await this.#service?.catch(() => null))?.close();
  }

  /** Settings are read here: who asks for no explanation hears nothing of bad ones. */
  async #open(): Promise<ExplanationService> {
    const { explanationSettings } = await import('../../config/explanation-settings.ts');
    const { ExplanationService } = await import('./explanation-service.ts');
    return new ExplanationService({ settings: explanationSettings(process.env), logger: this.#logger });
  }
}
