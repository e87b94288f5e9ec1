/** A process of its own that asks at a steady rate, however long answers take, and holds each answer to the right one. */
import { Agent, request } from 'node:http';
import process from 'node:process';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

export interface LoadOrder {
  readonly url: string;
  readonly body: string;
  /** Requests a second; 0: as many as `connections` can, each after its answer. */
  readonly rate: number;
  readonly connections: number;
  readonly seconds: number;
  /** What the answer of a version begins with. */
  readonly expected: Readonly<Record<string, string>>;
}

export interface LoadReport {
  readonly seconds: number;
  /** Answers by status; a request without one by the code of its error, or `unsent`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Answers with status 200 and other bytes than the right ones; the first of them. */
  readonly wrong: number;
  readonly firstWrong: string | null;
  /** Answers that were right, a second. */
  readonly goodput: number;
  /** Milliseconds from the moment a request was due until its right answer was there. */
  readonly p50: number;
  readonly p99: number;
}

/** A request that is not answered by then is given up. */
const PATIENCE_MILLIS = 30_000;

/** Requests that are sent in one turn by one who is behind. */
const BURST = 16;

class Load {
  readonly #order: LoadOrder;
  readonly #agent: Agent;
  readonly #outcomes: Record<string, number> = {};
  readonly #millis: number[] = [];
  #wrong = 0;
  #firstWrong: string | null = null;

  constructor(order: LoadOrder) {
    this.#order = order;
    this.#agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  }

  async run(): Promise<LoadReport> {
    const { rate, seconds } = this.#order;
    const began = performance.now();
    await (rate === 0 ? this.#closed(began + seconds * 1000) : this.#open(began, rate * seconds));
    this.#agent.destroy();
    const took = (performance.now() - began) / 1000;
    const millis = this.#millis.sort((a, b) => a - b);
    const at = (share: number): number => millis[Math.floor(share * millis.length)] ?? Number.NaN;
    return {
      seconds: took,
      outcomes: this.#outcomes,
      wrong: this.#wrong,
      firstWrong: this.#firstWrong,
      goodput: millis.length / took,
      p50: at(0.5),
      p99: at(0.99),
    };
  }

  /** Requests come when they are due: their latency counts from then, not from when a connection was free. */
  async #open(began: number, total: number): Promise<void> {
    const asked = new Set<Promise<void>>();
    for (let n = 0; n < total; n++) {
      const due = began + (n * 1000) / this.#order.rate;
      // Timers are a millisecond late at the least: who is behind goes on at once, but lets answers in.
      const ahead = due - performance.now();
      if (ahead > 0) await wait(ahead);
      else if (n % BURST === 0) await turn();
      // With all connections in use there is no place to ask from: who waits here would only wait longer.
      if (asked.size >= this.#order.connections) {
        this.#count('unsent');
        continue;
      }
      const one = this.#ask(due);
      asked.add(one);
      void one.then(() => asked.delete(one));
    }
    await Promise.all(asked);
  }

  async #closed(end: number): Promise<void> {
    const one = async (): Promise<void> => {
      while (performance.now() < end) await this.#ask(performance.now());
    };
    await Promise.all(Array.from({ length: this.#order.connections }, one));
  }

  #ask(due: number): Promise<void> {
    const { url, body } = this.#order;
    return new Promise((resolve) => {
      const done = (outcome: string | number): void => {
        this.#count(outcome);
        resolve();
      };
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(url, { method: 'POST', agent: this.#agent, headers, timeout: PATIENCE_MILLIS });
      sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })));
      sent.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? String(error)));
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? String(error)));
        response.on('end', () => {
          if (response.statusCode === 200)
            this.#check(String(response.headers['x-model-version']), text, due);
          done(response.statusCode!);
        });
      });
      sent.end(body);
    });
  }

  #count(outcome: string | number): void {
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
  }

  #check(version: string, text: string, due: number): void {
    const right = this.#order.expected[version];
    if (right !== undefined && text.startsWith(right)) {
      this.#millis.push(performance.now() - due);
      return;
    }
    this.#wrong++;
    this.#firstWrong ??= `version ${version}: ${text.slice(0, 300)}`;
  }
}

process.on('message', async (order: LoadOrder) => {
  process.send!(await new Load(order).run(), () => process.disconnect());
});
