/** The other side of receivers: a local server that answers as a test says, and keeps what it was sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers, or breaks the connection. */
  readonly instead?: 'hang' | 'break';
}

export interface ReceiverServer {
  readonly url: string;
  readonly received: Received[];
  /** How it answers from now on. */
  reply: (request: Received) => Reply;
}

export async function startReceiverServer(): Promise<ReceiverServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const received = { path: request.url ?? '', headers: request.headers, text };
      far.received.push(received);
      const reply = far.reply(received);
      if (reply.instead === 'hang') return;
      if (reply.instead === 'break') request.socket.destroy();
      else response.writeHead(reply.status ?? 200, reply.headers ?? {}).end(reply.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const far: ReceiverServer = { url: `http://127.0.0.1:${port}`, received: [], reply: () => ({}) };
  return far;
}
