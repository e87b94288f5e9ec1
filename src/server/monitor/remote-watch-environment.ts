/** The control plane as the monitoring process sees it: questions over the channel to it, each with its answer. */
import type { WatchEnvironment } from '../../monitor/watch/watch-environment.ts';
import type { FromMonitor, ToMonitor, WatchQuestion } from './messages.ts';

/** A control process that is gone answers nothing, and ends this one; one that is busy gets so long, in milliseconds. */
const PATIENCE = 30_000;

export class RemoteWatchEnvironment implements WatchEnvironment {
  readonly #send: (message: FromMonitor) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(send: (message: FromMonitor) => void) {
    this.#send = send;
  }

  hear(message: ToMonitor): void {
    if (message.kind !== 'answer' && message.kind !== 'failed') return;
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.reason));
  }

  endpoints(): ReturnType<WatchEnvironment['endpoints']> {
    return this.#ask('endpoints', []);
  }
  feedback(after: number, limit: number): ReturnType<WatchEnvironment['feedback']> {
    return this.#ask('feedback', [after, limit]);
  }
  load(): ReturnType<WatchEnvironment['load']> {
    return this.#ask('load', []);
  }
  steer(...args: Parameters<WatchEnvironment['steer']>): ReturnType<WatchEnvironment['steer']> {
    return this.#ask('steer', args);
  }

  async #ask<T>(question: WatchQuestion, args: readonly unknown[]): Promise<T> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    const late = setTimeout(
      () => answer.reject(new Error(`the control process has not answered ${question} in ${PATIENCE} ms`)),
      PATIENCE,
    );
    this.#send({ kind: 'ask', id, question, args });
    try {
      return (await answer.promise) as T;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }
}
