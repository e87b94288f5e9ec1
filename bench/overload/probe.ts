import { get } from 'node:http';

export interface Probed {
  readonly asked: number;
  /** Answered 200. */
  readonly ok: number;
  /** Milliseconds, on a connection of its own each time. */
  readonly p50: number;
  readonly max: number;
}

const EVERY_MILLIS = 100;
const PATHS = ['/healthz', '/readyz', '/metrics', '/api/v1/models'];

interface Asked {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null where it was not answered 200. */
  readonly millis: number | null;
}

/** Asks what an orchestrator and an operator ask, each path ten times in four seconds, until it is stopped. */
export class Probe {
  readonly #asked: Asked[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(port: number) {
    let asked = 0;
    this.#timer = setInterval(() => {
      const at = Date.now();
      const asking = once(port, PATHS[asked++ % PATHS.length]!).then(
        (millis) => void this.#asked.push({ at, millis }),
        () => void this.#asked.push({ at, millis: null }),
      );
      this.#running.add(asking);
      void asking.finally(() => this.#running.delete(asking));
    }, EVERY_MILLIS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
  }

  /** Of what was asked in `seconds` from `began` on, in milliseconds since the epoch. */
  during(began: number, seconds: number): Probed {
    const asked = this.#asked.filter(({ at }) => at >= began && at < began + seconds * 1000);
    const sorted = asked.flatMap(({ millis }) => millis ?? []).toSorted((a, b) => a - b);
    const middle = sorted[sorted.length >> 1] ?? Number.NaN;
    return { asked: asked.length, ok: sorted.length, p50: middle, max: sorted.at(-1) ?? Number.NaN };
  }
}

function once(port: number, path: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = get({ port, path, agent: false, timeout: 2000 }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(String(answer.statusCode)));
      });
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', reject);
  });
}
