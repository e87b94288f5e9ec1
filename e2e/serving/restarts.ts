import { setTimeout as wait } from 'node:timers/promises';
import { example, served } from '../cli.ts';
import { load } from './load.ts';

const CLIENTS = 16;
/** Long enough that all clients have been answered, and short enough for many rounds. */
const LOAD_MILLIS = 150;

/**
 * Starts a server of one process, stops it under the load of clients with a connection a request, and does so again;
 * answers what was lost: whatever was neither answered nor told that nobody listens.
 */
export async function lostInRestarts(rounds: number): Promise<{ answered: number; lost: readonly string[] }> {
  const lost: string[] = [];
  let answered = 0;
  for (let round = 0; round < rounds; round++) {
    const server = await served([example('iris.joblib'), '--workers', '1']);
    const { url } = server.said;
    const running = load(url, { clients: CLIENTS, keepAlive: false, body: { rows: [[5.1, 3.5, 1.4, 0.2]] } });
    await wait(LOAD_MILLIS);
    const status = await server.stop();
    await running.stop();
    answered += running.answered.length;
    lost.push(...running.failed.filter((code) => code !== 'ECONNREFUSED'));
    if (status !== 0) lost.push(`exit ${status}`);
  }
  return { answered, lost };
}
