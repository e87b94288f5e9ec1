/** One side of the door benchmark: `node bench/door-server.ts bare|door WIDTH`, driven by messages. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ColumnSpec } from '../src/model/signature.ts';
import type { LoadedVersion } from '../src/registry/version.ts';
import { columnNames } from './door-columns.ts';

const ANSWER = {
  predictions: ['setosa'],
  probabilities: [[0.9791666666666666, 0.0125, 0.008333333333333333]],
};

async function serveBare(): Promise<number> {
  const text = JSON.stringify({ ...ANSWER, model: 'iris', version: 1, requestId: '0123456789ab-123456' });
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.end(body.length > 0 ? text : '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function serveDoor(width: number): Promise<number> {
  const { startServer } = await import('../src/server/start.ts');
  const classes = { type: 'string', values: ['setosa', 'versicolor', 'virginica'] } as const;
  const outputs = {
    predict: { dtype: 'string', shape: [1], data: ANSWER.predictions },
    predict_proba: { dtype: 'float64', shape: [1, 3], data: Float64Array.from(ANSWER.probabilities[0]!) },
  } as const;
  const columns = columnNames(width).map(
    (name): ColumnSpec => ({ name, named: true, type: 'number', nullable: false }),
  );
  const signature = { form: 'table', columns, outputs: [], classes } as const;
  const version = {
    model: 'iris',
    version: 1,
    bundle: '',
    manifest: { signature, rowMicros: 1 },
    engine: { id: 'native', infer: () => outputs, close: () => undefined },
  } as unknown as LoadedVersion;
  const { url } = await startServer({ versions: [version], port: 0 });
  return Number(new URL(url).port);
}

/** The server side: answers `start` with nothing and `stop` with the processor time since, in microseconds. */
async function runServer(role: string, width: number): Promise<void> {
  const port = role === 'bare' ? await serveBare() : await serveDoor(width);
  let before = process.cpuUsage();
  process.on('message', (message) => {
    const { user, system } = process.cpuUsage(before);
    if (message === 'start') before = process.cpuUsage();
    else process.send!({ micros: user + system });
  });
  process.send!({ port });
}

await runServer(process.argv[2]!, Number(process.argv[3]));
