import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One request that wants to cost more than it should. */
export interface HostileBody {
  readonly what: string;
  readonly model: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const MEGA = 1 << 20;
const gzipped = { 'content-encoding': 'gzip' };
const zipped = (text: string): Buffer => gzipSync(text, { level: 9 });

/** Words that no vocabulary has twice. */
const words = (count: number): string =>
  Array.from({ length: count }, (_, n) =>
    createHash('sha1').update(String(n)).digest('hex').slice(0, 6),
  ).join(' ');

/**
 * Bodies that cost memory: many levels, many empty values, many keys, rows up to the limit on bodies, texts that become
 * wide, an archive that never ends. `row` is a valid one of `model`; `texts` is a model that takes texts.
 */
export function hostileBodies(model: string, row: unknown, texts: string): HostileBody[] {
  const line = JSON.stringify(row);
  const valid = `{"rows":[${Array.from({ length: Math.floor((31 * MEGA) / (line.length + 1)) }, () => line).join(',')}]}`;
  const keys = Array.from({ length: MEGA / 2 }, (_, n) => `"k${n}":0`).join(',');
  const repeated = (text: string, bytes: number): string => text.repeat(Math.floor(bytes / text.length));
  const of = (what: string, text: string): HostileBody => ({
    what,
    model,
    body: zipped(text),
    headers: gzipped,
  });
  return [
    of('levels', `${'['.repeat(16 * MEGA)}${']'.repeat(16 * MEGA - 1)}`),
    of('empty lists', `[${repeated('[],', 30 * MEGA)}[]]`),
    of('empty objects', `{"rows":[${repeated('{},', 30 * MEGA)}{}]}`),
    of('keys', `{"rows":[{${keys}}]}`),
    of('numbers', `{"rows":[[${repeated('1,', 30 * MEGA)}1]]}`),
    of('short texts', `{"rows":[[${repeated('"a",', 30 * MEGA)}"a"]]}`),
    of('valid rows, compressed', valid),
    { what: 'valid rows', model, body: Buffer.from(valid) },
    { what: 'more than the limit', model, body: gzipSync(Buffer.alloc(512 * MEGA, ' ')), headers: gzipped },
    { what: 'noise', model, body: randomBytes(MEGA) },
    { what: 'texts', model: texts, body: Buffer.from(JSON.stringify({ rows: Array(5000).fill('a') })) },
    { what: 'one long text', model: texts, body: Buffer.from(JSON.stringify({ rows: [words(MEGA)] })) },
  ];
}

/** Sends one and answers the status, or the code of the error where the connection was ended without one. */
export function sendHostile(url: string, { model, body, headers }: HostileBody): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/models/${model}/predict`, {
      method: 'POST',
      agent: false,
      timeout: 60_000,
      headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
    });
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })));
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)));
    sent.on('response', (response) => {
      response.resume().on('error', () => undefined);
      response.on('close', () => resolve(String(response.statusCode)));
    });
    sent.end(body);
  });
}

/** Clients that send a byte every two seconds, and connect again where they are sent away. */
export class SlowClients {
  readonly #sockets = new Set<Socket>();
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  constructor(url: string, model: string, count: number) {
    const { port, hostname } = new URL(url);
    const head = `POST /models/${model}/predict HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n`;
    const open = (): void => {
      if (this.#isOver) return;
      const socket = connect(Number(port), hostname, () => socket.write(head));
      this.#sockets.add(socket);
      socket.on('error', () => undefined).resume();
      socket.on('close', () => {
        this.#sockets.delete(socket);
        setTimeout(open, 500).unref();
      });
    };
    for (let n = 0; n < count; n++) open();
    this.#timer = setInterval(() => {
      for (const socket of this.#sockets) socket.write(' ');
    }, 2000);
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }
}
