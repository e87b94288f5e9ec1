import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/free-port.ts';
import { ROOT } from '../serving/peers.ts';
import { inputOf, networkAt } from './network.ts';
import { floatsOf, type Subject } from './subjects.ts';

const DATATYPES = { float32: 'FP32', int32: 'INT32', int64: 'INT64' } as const;
const LIMIT_MILLIS = 120_000;
const POLL_MILLIS = 10;

/** A server around a file, asked in binary tensors of the V2 protocol over one connection. */
export interface ServedNetwork extends Subject {
  /** Milliseconds from the start of the command to the first answer. */
  readonly startMillis: number;
}

/** Starts the server and has it answer once. */
export async function serveNetwork(
  base: string,
  file: string,
  data: string,
  threads: number,
): Promise<ServedNetwork> {
  const port = await freePort();
  const started = performance.now();
  const launcher = join(ROOT, 'bin/plimsoll.js');
  const args = [
    'serve',
    `network=${file}`,
    '--port',
    String(port),
    '--data',
    data,
    '--workers',
    '1',
    '--quiet',
  ];
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, PLIMSOLL_GRAPH_THREADS: String(threads) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const client = new BinaryClient(port, base);
  await client.ready(child);
  await client.call(1);
  const startMillis = performance.now() - started;
  return {
    startMillis,
    pid: child.pid ?? 0,
    answer: (rows) => client.call(rows),
    measure: (rows, calls) => client.measure(rows, calls),
    stop: async () => {
      client.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Tensors as bytes behind a header of JSON (KServe V2, binary tensor data extension). */
class BinaryClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;
  readonly #base: string;
  #names = { input: '', output: '' };

  constructor(port: number, base: string) {
    this.#port = port;
    this.#base = base;
  }

  /** Waits until the server knows the network. */
  async ready(server: ChildProcess): Promise<void> {
    const end = performance.now() + LIMIT_MILLIS;
    while (performance.now() < end && server.exitCode === null) {
      const said = await this.#send('GET', '').catch(() => null);
      if (said !== null) {
        const { inputs, outputs } = JSON.parse(said.body.toString());
        this.#names = { input: inputs[0].name, output: outputs[0].name };
        return;
      }
      await sleep(POLL_MILLIS);
    }
    throw new Error(`the server does not answer (exit code ${server.exitCode})`);
  }

  async call(rows: number): Promise<Float32Array> {
    const { body, header } = await this.#infer(this.#request(rows));
    return floatsOf(body.subarray(header));
  }

  async measure(rows: number, calls: number): Promise<number[]> {
    const made = this.#request(rows);
    const millis: number[] = [];
    for (let i = 0; i < calls; i++) {
      const start = performance.now();
      await this.#infer(made);
      millis.push(performance.now() - start);
    }
    return millis;
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(rows: number): BinaryRequest {
    const network = networkAt(this.#base);
    const { buffer } = inputOf(this.#base, network, rows);
    const tensor = new Uint8Array(buffer);
    const { input, output } = this.#names;
    const given = { name: input, shape: [rows, ...network.shape], datatype: DATATYPES[network.dtype] };
    const inputs = [{ ...given, parameters: { binary_data_size: tensor.length } }];
    const outputs = [{ name: output, parameters: { binary_data: true } }];
    return { json: Buffer.from(JSON.stringify({ inputs, outputs })), tensor };
  }

  #infer({ json, tensor }: BinaryRequest): Promise<BinaryAnswer> {
    return this.#send('POST', '/infer', {
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': json.length,
        'content-length': json.length + tensor.length,
      },
      pieces: [json, tensor],
    });
  }

  #send(
    method: string,
    path: string,
    { headers = {}, pieces = [] }: { headers?: Record<string, string | number>; pieces?: Uint8Array[] } = {},
  ): Promise<BinaryAnswer> {
    const where = { host: '127.0.0.1', port: this.#port, path: `/v2/models/network${path}` };
    return new Promise((resolve, reject) => {
      const sent = request({ ...where, method, headers, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const body = Buffer.concat(chunks);
          const header = Number(answer.headers['inference-header-content-length'] ?? 0);
          if (answer.statusCode === 200) resolve({ body, header });
          else reject(new Error(`${answer.statusCode}: ${body.toString().slice(0, 400)}`));
        });
      });
      sent.on('error', reject);
      for (const piece of pieces) sent.write(piece);
      sent.end();
    });
  }
}

interface BinaryRequest {
  readonly json: Buffer;
  readonly tensor: Uint8Array;
}

interface BinaryAnswer {
  readonly body: Buffer;
  /** Bytes of JSON in front of the tensors. */
  readonly header: number;
}
