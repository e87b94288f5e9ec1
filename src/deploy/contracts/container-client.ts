import { once } from 'node:events';
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

export interface ContainerRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Milliseconds to wait for the whole answer. @default {60000} */
  readonly limit?: number;
}

export interface ContainerResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Milliseconds until the socket was accepted, and until the whole answer was there. */
  readonly connectMillis: number;
  readonly millis: number;
}

/** Asks the container over a connection of its own. Rejects where there is no answer in time. */
export type ContainerClient = (path: string, question?: ContainerRequest) => Promise<ContainerResponse>;

const LIMIT_MILLIS = 60_000;

export const asking =
  (port: number, host = '127.0.0.1'): ContainerClient =>
  async (path, { method, headers = {}, body, limit = LIMIT_MILLIS } = {}) => {
    const begun = performance.now();
    const asked = request({
      ...{ host, port, path, agent: false, method: method ?? (body === undefined ? 'GET' : 'POST') },
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      signal: AbortSignal.timeout(limit),
    });
    let connectMillis = Number.NaN;
    asked.once('socket', (socket: Socket) =>
      socket.once('connect', () => {
        connectMillis = performance.now() - begun;
      }),
    );
    asked.end(body);
    const { status, headers: answered, text } = await answerOf(asked);
    return { status, headers: answered, text, connectMillis, millis: performance.now() - begun };
  };

/** A request whose body is only half sent, so that it is in flight until `finish`. */
export async function askSlowly(
  port: number,
  path: string,
  body: string,
): Promise<{ finish(): Promise<ContainerResponse> }> {
  const begun = performance.now();
  const asked = request({
    ...{ host: '127.0.0.1', port, path, agent: false, method: 'POST' },
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(LIMIT_MILLIS),
  });
  const answered = answerOf(asked);
  answered.catch(() => undefined); // it is waited for in `finish`
  asked.write(body.slice(0, body.length >> 1));
  const [socket] = (await once(asked, 'socket')) as [Socket];
  if (socket.connecting) await once(socket, 'connect');
  const finish = async (): Promise<ContainerResponse> => {
    asked.end(body.slice(body.length >> 1));
    return { ...(await answered), connectMillis: 0, millis: performance.now() - begun };
  };
  return { finish };
}

type Bare = Omit<ContainerResponse, 'connectMillis' | 'millis'>;

async function answerOf(asked: ClientRequest): Promise<Bare> {
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString(),
  };
}
