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

/** Asks what an orchestrator and an operator ask, each path ten times in four seconds, until it is stopped. */
export function probe(port: number): { stop(): Promise<Probed> } {
  const millis: number[] = [];
  const running = new Set<Promise<void>>();
  let asked = 0;
  const timer = setInterval(() => {
    const asking = once(port, PATHS[asked++ % PATHS.length]!).then(
      (took) => void millis.push(took),
      () => undefined,
    );
    running.add(asking);
    void asking.finally(() => running.delete(asking));
  }, EVERY_MILLIS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      const sorted = millis.toSorted((a, b) => a - b);
      const middle = sorted[sorted.length >> 1] ?? Number.NaN;
      return { asked, ok: millis.length, p50: middle, max: sorted.at(-1) ?? Number.NaN };
    },
  };
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
