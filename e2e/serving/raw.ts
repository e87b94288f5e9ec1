import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that is open, and never fails a test by its end; `from` is one of the addresses of this machine. */
export async function opened(url: string, from?: string): Promise<Socket> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), localAddress: from });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that a connection brings, as it comes. */
export function reading(socket: Socket): { text: string; readonly closed: Promise<void> } {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const read = { text: '', closed };
  socket.on('data', (bytes: Buffer) => {
    read.text += bytes.toString();
  });
  return read;
}

/** What is answered to bytes as they are, until the server ends the connection. */
export async function answerTo(url: string, bytes: string): Promise<string> {
  const socket = await opened(url);
  const read = reading(socket);
  socket.write(bytes);
  await read.closed;
  return read.text;
}
