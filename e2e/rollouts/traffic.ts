import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** One answered request. */
export interface Answered {
  /** Milliseconds since the epoch when it was sent, and when its answer was there. */
  readonly sent: number;
  readonly at: number;
  readonly status: number;
  readonly version: number;
  readonly requestId: string;
  /** The process that answered: what its request ids begin with. */
  readonly by: string;
  /** Index of the row that was asked. */
  readonly row: number;
  readonly unit: string;
  readonly body: string;
}

export interface TrafficOptions {
  readonly url: string;
  readonly model: string;
  /** Requests a second, as far as the server keeps up. */
  readonly rate: number;
  readonly rows: readonly unknown[];
  /** Name of the unit of request number n. @default {a new one for each} */
  readonly unitOf?: (n: number) => string;
  /** Further headers of request number n. @default {none} */
  readonly headersOf?: (n: number) => Readonly<Record<string, string>>;
  /** Whether connections are used again, or opened for each request, so that all processes answer. @default true */
  readonly keepAlive?: boolean;
  readonly onAnswer?: (answered: Answered) => void;
}

/**
 * Requests that wait for an answer at the same time. A machine that is too slow for a rate is asked less often: more would
 * be a test of what overload refuses, which four requests are not on any machine.
 */
const AT_ONCE = 4;

/** Asks one model row after row at a steady rate, or at that of the answers where it is lower. */
export class SteadyTraffic {
  readonly answered: Answered[] = [];
  /** System codes of requests that got no answer, and what was wrong with answers. */
  readonly failed: string[] = [];
  readonly #options: TrafficOptions;
  readonly #agent: Agent;
  #isRunning = true;
  readonly #done: Promise<void>;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: options.keepAlive ?? true });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#done;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    let due = performance.now();
    const open = new Set<Promise<void>>();
    for (let n = 0; this.#isRunning; n++) {
      const left = due - performance.now();
      if (left > 0) await wait(left);
      if (open.size >= AT_ONCE) {
        await Promise.race(open);
        due = performance.now();
      }
      due += 1000 / this.#options.rate;
      const asked = this.#ask(n).catch((error: NodeJS.ErrnoException) => {
        this.failed.push(error.code ?? String(error));
      });
      open.add(asked);
      void asked.then(() => open.delete(asked));
    }
    await Promise.all(open);
  }

  #ask(n: number): Promise<void> {
    const { url, model, rows, unitOf = (k) => `${model}-${k}`, headersOf, onAnswer } = this.#options;
    const row = n % rows.length;
    const unit = unitOf(n);
    const began = Date.now();
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}/models/${model}/predict`,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'x-unit-id': unit, ...headersOf?.(n) },
        },
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (piece: string) => {
            body += piece;
          });
          response.on('end', () => {
            const { headers, statusCode = 0 } = response;
            const requestId = String(headers['x-request-id']);
            const answered = {
              sent: began,
              at: Date.now(),
              status: statusCode,
              version: Number(headers['x-model-version']),
              requestId,
              by: requestId.split('-')[0]!,
              ...{ row, unit, body },
            };
            this.answered.push(answered);
            try {
              onAnswer?.(answered);
              resolve();
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify({ rows: [rows[row]] }));
    });
  }
}
