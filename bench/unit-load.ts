import { once } from 'node:events';
import { connect } from 'node:net';

/** Units that take turns; each asks again and again. */
const UNITS = 5000;

const requests = (path: string, bodies: readonly string[]): readonly Buffer[] =>
  Array.from({ length: UNITS }, (_, k) => {
    const body = bodies[k % bodies.length]!;
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-unit-id: user-${k}@example.com\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  });

export interface UnitLoad {
  readonly port: number;
  readonly path: string;
  /** Of ASCII; they take turns, too. */
  readonly bodies: readonly string[];
  readonly connections: number;
  /** Requests altogether. */
  readonly count: number;
  /** Unit that asks first. */
  readonly first: number;
}

/** Sends a fixed number of requests, each as soon as its connection has its answer; gives milliseconds of each. */
export async function sendUnits({
  port,
  path,
  bodies,
  connections,
  count,
  first,
}: UnitLoad): Promise<Float64Array> {
  const bytes = requests(path, bodies);
  const millis = new Float64Array(count);
  let sent = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      let [index, started] = [-1, 0];
      const next = (): void => {
        index = sent++;
        if (index >= count) {
          socket.end();
          return;
        }
        started = performance.now();
        socket.write(bytes[(first + index) % UNITS]!);
      };
      socket.on('data', (chunk: Buffer) => {
        // An answer this small comes in one piece.
        if (chunk.toString('latin1', 0, 13) !== 'HTTP/1.1 200 ')
          throw new Error(`unexpected answer: ${chunk.toString()}`);
        millis[index] = performance.now() - started;
        next();
      });
      next();
      await once(socket, 'close');
    }),
  );
  return millis;
}
