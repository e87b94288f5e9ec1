import { afterEach } from 'vitest';
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/start.ts';
import { call } from './client.ts';
import { fakeVersion } from './fake-models.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Module from which the scoring threads load the fake models. */
export const loader = new URL('./fake-models.ts', import.meta.url).href;

/** Serves on a free port until the test ends; answers its URL. */
export async function serve(options: Partial<ServerOptions> = {}): Promise<string> {
  const server = await startServer({ versions: [fakeVersion('quick')], port: 0, loader, ...options });
  running.push(server);
  return server.url;
}

/** Two rows of the fake models, whose sums are 3 and 7. */
export const ROWS = { rows: [{ age: 1, fare: 2 }, [3, 4]] };

/** The number that a pattern finds in the metrics. */
export const metric = async (url: string, pattern: RegExp): Promise<number> =>
  Number(pattern.exec((await call(`${url}/metrics`)).text)?.[1] ?? Number.NaN);
