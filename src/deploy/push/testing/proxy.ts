/** Stands before a real registry and fails as told: what is between a client and a registry in a bad week. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request. */
export type Fate =
  | { readonly kind: 'pass'; readonly change?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders }
  /** The registry does not see it. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: OutgoingHttpHeaders;
      readonly body?: string;
    }
  /** The connection breaks when so many bytes of the body have come. */
  | { readonly kind: 'cut'; readonly atByte: number }
  /** The registry does it, and the connection breaks before the answer. */
  | { readonly kind: 'lose' };

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Bytes of the body that have come. */
  bytes: number;
  /** Whether the registry has got and answered it, whatever became of the answer. */
  isDone: boolean;
  /** Of the answer; 0 where there was none. */
  status: number;
}

export interface FaultyProxy {
  readonly host: string;
  readonly seen: Seen[];
  /** Decides about the request that has come as the `index`-th since `seen` was emptied. */
  fate: (seen: Seen, index: number) => Fate;
  stop(): Promise<void>;
}

const PASS: Fate = { kind: 'pass' };

export async function startProxy(upstream: string): Promise<FaultyProxy> {
  const seen: Seen[] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const one: Seen = { method, path: url, headers, bytes: 0, isDone: false, status: 0 };
    const fate = proxy.fate(one, seen.push(one) - 1);
    if (fate.kind === 'answer') {
      one.status = fate.status;
      incoming.resume().once('end', () => response.writeHead(fate.status, fate.headers).end(fate.body));
    } else if (fate.kind === 'cut') cut(incoming, one, fate.atByte);
    else forward(upstream, incoming, response, one, fate);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultyProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    fate: () => PASS,
    stop: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}

function cut(incoming: IncomingMessage, seen: Seen, atByte: number): void {
  const check = () => {
    if (seen.bytes >= atByte) incoming.socket.resetAndDestroy();
  };
  incoming.on('data', (chunk: Buffer) => {
    seen.bytes += chunk.length;
    check();
  });
  incoming.on('end', () => incoming.socket.resetAndDestroy());
  incoming.on('error', () => undefined);
  check();
}

function forward(
  upstream: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  seen: Seen,
  fate: Fate & { kind: 'pass' | 'lose' },
): void {
  const { method, url, headers } = incoming;
  const [host, port] = upstream.split(':');
  const onward = request({ host, port, method, path: url, headers }, (answer) => {
    seen.isDone = true;
    if (fate.kind === 'lose') {
      answer.resume().once('end', () => incoming.socket.resetAndDestroy());
      return;
    }
    seen.status = answer.statusCode ?? 0;
    const change = fate.change ?? ((same: OutgoingHttpHeaders) => same);
    response.writeHead(seen.status, change({ ...answer.headers }));
    answer.pipe(response);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.on('data', (chunk: Buffer) => {
    seen.bytes += chunk.length;
  });
  incoming.on('error', () => onward.destroy());
  incoming.pipe(onward);
}
