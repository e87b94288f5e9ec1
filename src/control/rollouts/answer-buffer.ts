/** Answers of a rollout on their way into the store, where labels will be joined with them. Pure. */
import type { RecordedAnswer, WindowPart } from '../../rollout/window-part.ts';
import type { AnswerRow, Feedback } from '../../store/store.ts';

/** Most answers that wait where the store is away; those beyond it are lost to labels, for all arms alike. */
const WAITING_MAX = 100_000;
const BATCH = 1000;

/** PostgreSQL keeps no NUL; no label has one either, so that nothing could be joined with it. */
const isStorable = ({ requestId, answer, segment = '' }: RecordedAnswer): boolean =>
  [requestId, answer, segment].every((text) => !text.includes('\0'));

export class AnswerBuffer {
  readonly #rollout: string;
  #waiting: AnswerRow[] = [];

  constructor(rollout: string) {
    this.#rollout = rollout;
  }

  add({ answers, window }: WindowPart): void {
    const room = Math.max(0, WAITING_MAX - this.#waiting.length);
    for (const answer of answers.filter(isStorable).slice(0, room))
      this.#waiting.push({ rollout: this.#rollout, window, ...answer });
  }

  /** Those that could not be kept wait for the next time; the store keeps each once. */
  async save(feedback: Pick<Feedback, 'insertAnswers'>): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      await feedback.insertAnswers(batch);
      this.#waiting = this.#waiting.slice(batch.length);
    }
  }
}
