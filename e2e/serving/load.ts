import { Agent } from 'node:http';
import { call } from './client.ts';

/** One answered request. */
export interface Answered {
  /** The process that answered: what its request ids begin with. */
  readonly by: string;
  readonly id: string;
  /** `performance.now()` when the answer was there. */
  readonly at: number;
}

export interface Load {
  readonly answered: readonly Answered[];
  /** System codes or statuses of requests that were not answered with 200. */
  readonly failed: readonly string[];
  /** Sends nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly clients: number;
  /** Whether each client keeps one connection, or opens one a request. */
  readonly keepAlive: boolean;
  readonly body: unknown;
}

/** Clients that send one request after the other until they are stopped, or until nobody listens any more. */
export function load(url: string, { clients, keepAlive, body }: LoadOptions): Load {
  const answered: Answered[] = [];
  const failed: string[] = [];
  let stopped = false;
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    while (!stopped && !failed.includes('ECONNREFUSED')) {
      try {
        const { status, headers } = await call(`${url}/predict`, { body, agent });
        const id = String(headers['x-request-id']);
        if (status === 200) answered.push({ id, by: id.split('-')[0]!, at: performance.now() });
        else failed.push(String(status));
      } catch (error) {
        failed.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  const stop = async (): Promise<void> => {
    stopped = true;
    await all;
  };
  return { answered, failed, stop };
}
