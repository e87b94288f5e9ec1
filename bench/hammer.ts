import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Loaded {
  readonly requests: number;
  /** Seconds it took. */
  readonly elapsed: number;
}

/**
 * The cheapest load there is, so that the client disturbs the server least: each connection sends the same bytes
 * again as soon as it has its answer. Throws on any answer but 200.
 */
export async function hammer({ port, path, body, connections, seconds }: Load): Promise<Loaded> {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const started = performance.now();
  const end = started + seconds * 1000;
  const counts = await Promise.all(Array.from({ length: connections }, () => one(port, bytes, end)));
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, elapsed: (performance.now() - started) / 1000 };
}

function one(port: number, bytes: Buffer, end: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let count = 0;
    let answer = new Answer();
    socket.on('error', reject);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      try {
        if (!answer.isComplete(chunk)) return;
      } catch (error) {
        reject(error);
        return;
      }
      count++;
      answer = new Answer();
      if (performance.now() < end) socket.write(bytes);
      else finish(socket, () => resolve(count));
    });
  });
}

function finish(socket: Socket, done: () => void): void {
  socket.removeAllListeners('data').destroy();
  done();
}

/** Counts the bytes of one answer; they nearly always come at once. */
class Answer {
  #wanted = 0;
  #seen = 0;

  isComplete(chunk: Buffer): boolean {
    if (this.#wanted === 0) {
      const text = chunk.toString('latin1');
      if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(`unexpected answer: ${text.slice(0, 400)}`);
      const length = /content-length: (\d+)/i.exec(text);
      this.#wanted = text.indexOf('\r\n\r\n') + 4 + Number(length?.[1]);
    }
    this.#seen += chunk.length;
    return this.#seen >= this.#wanted;
  }
}
