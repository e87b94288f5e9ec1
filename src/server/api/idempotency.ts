/**
 * Writes that carry an idempotency key are done once: the same request again gets the first answer, another request
 * under the same key is refused. Failures are not kept: what failed may be tried again.
 */
import { createHash } from 'node:crypto';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { isStoreAway } from '../../store/away.ts';
import type { Idempotency } from '../../store/store.ts';
import { OperationResult } from './operation.ts';

/** What was answered before. */
type Given = NonNullable<Awaited<ReturnType<Idempotency['get']>>>;

/** Most answers that are remembered while the store is away. */
const UNKEPT_MAX = 1000;

export class IdempotentRequests {
  readonly #kept: Idempotency;
  readonly #clock: Clock;
  /** Requests under way: the same one again waits for the first. */
  readonly #running = new Map<
    string,
    { readonly fingerprint: string; readonly answer: Promise<OperationResult> }
  >();

  /** Answers that the store could not take, since it was away: for as long as this process lives. */
  readonly #unkept = new Map<string, Given>();

  constructor(kept: Idempotency, clock: Clock) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** `needsNoStore`: it is done also where nothing can be known of earlier requests. Throws IDEMPOTENCY_MISMATCH. */
  async once(
    key: string,
    parts: readonly string[],
    work: () => Promise<OperationResult>,
    needsNoStore = false,
  ): Promise<OperationResult> {
    const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    const running = this.#running.get(key);
    if (running !== undefined) return same(key, running.fingerprint, fingerprint) && running.answer;
    const answer = this.#answer({ key, fingerprint, needsNoStore }, work).finally(() =>
      this.#running.delete(key),
    );
    this.#running.set(key, { fingerprint, answer });
    return answer;
  }

  async #answer(
    { key, fingerprint, needsNoStore }: Asked,
    work: () => Promise<OperationResult>,
  ): Promise<OperationResult> {
    const before = this.#unkept.get(key) ?? (await this.#before(key, needsNoStore));
    if (before !== null && same(key, before.fingerprint, fingerprint))
      return new OperationResult(before.status, before.body);
    const answer = await work();
    const { status, body } = answer;
    try {
      await this.#kept.put(key, fingerprint, status, body, this.#clock.now());
    } catch (error) {
      // It is done, whatever becomes of the note.
      if (!isStoreAway(error)) throw error;
      this.#remember(key, { fingerprint, status, body });
    }
    return answer;
  }

  #before(key: string, needsNoStore: boolean): Promise<Given | null> {
    return this.#kept.get(key).catch((error: unknown) => {
      if (needsNoStore && isStoreAway(error)) return null;
      throw error;
    });
  }

  #remember(key: string, given: Given): void {
    this.#unkept.set(key, given);
    const [oldest] = this.#unkept.keys();
    if (this.#unkept.size > UNKEPT_MAX && oldest !== undefined) this.#unkept.delete(oldest);
  }
}

interface Asked {
  readonly key: string;
  readonly fingerprint: string;
  readonly needsNoStore: boolean;
}

function same(key: string, before: string, now: string): true {
  if (before !== now) throw new PlimsollError('IDEMPOTENCY_MISMATCH', { key });
  return true;
}
