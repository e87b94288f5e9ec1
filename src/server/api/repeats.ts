/**
 * Writes that carry an idempotency key are done once: the same request again gets the first answer, another request
 * under the same key is refused. Failures are not kept: what failed may be tried again.
 */
import { createHash } from 'node:crypto';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Idempotency } from '../../store/store.ts';
import { Answer } from './operation.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

export class Repeats {
  readonly #kept: Idempotency;
  readonly #clock: Clock;
  /** Requests under way: the same one again waits for the first. */
  readonly #running = new Map<string, { readonly fingerprint: string; readonly answer: Promise<Answer> }>();

  constructor(kept: Idempotency, clock: Clock) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** Throws IDEMPOTENCY_MISMATCH, or REQUEST_INVALID for what is no key. */
  async once(key: string, parts: readonly string[], work: () => Promise<Answer>): Promise<Answer> {
    if (!KEY.test(key)) {
      const problems = 'idempotency-key is no text of 1 to 200 visible ASCII characters';
      throw new PlimsollError('REQUEST_INVALID', { problems, list: [problems] });
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    const running = this.#running.get(key);
    if (running !== undefined) return same(key, running.fingerprint, fingerprint) && running.answer;
    const answer = this.#answer(key, fingerprint, work).finally(() => this.#running.delete(key));
    this.#running.set(key, { fingerprint, answer });
    return answer;
  }

  async #answer(key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Answer> {
    const before = await this.#kept.get(key);
    if (before !== null && same(key, before.fingerprint, fingerprint))
      return new Answer(before.status, before.body);
    const answer = await work();
    await this.#kept.put(key, fingerprint, answer.status, answer.body, this.#clock.now());
    return answer;
  }
}

function same(key: string, before: string, now: string): true {
  if (before !== now) throw new PlimsollError('IDEMPOTENCY_MISMATCH', { key });
  return true;
}
