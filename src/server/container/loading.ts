import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { listenFailed, type ServerAddress } from '../address.ts';

/**
 * Answers while models are fetched, proved and loaded: alive, but not ready. Platforms that look for an open port restart a
 * container that has none (Vertex: four tries, 10 s apart). `end` frees the port for the server. Throws LISTEN_FAILED.
 */
export async function answerLoading(address: ServerAddress): Promise<{ end(): Promise<void> }> {
  if (address.port === 0) return { end: async () => undefined };
  const server = createServer(answer);
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const [code, message] = [systemCodeOf(error), messageOf(error)];
    throw listenFailed(address, code, message);
  }
  let ended: Promise<unknown> | null = null;
  const end = async (): Promise<void> => {
    ended ??= new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await ended;
  };
  return { end };
}

const ALIVE = new Set(['/healthz', '/v2/health/live']);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const isAlive = ALIVE.has(request.url ?? '');
  const body = JSON.stringify(isAlive ? { status: 'ok', live: true } : LOADING);
  response.writeHead(isAlive ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...(isAlive ? {} : { 'retry-after': '1' }),
  });
  response.end(body);
}

/** In the words of every door at once. */
const LOADING = { detail: 'The model is still loading', error: 'The model is still loading', ready: false };
