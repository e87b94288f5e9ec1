import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DateDay,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { afterEach, expect, test } from 'vitest';
import { GraphBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { AdmittedVersion } from '../registry/admit.ts';
import { admitFile } from '../registry/admit.ts';
import { ANSWER, type ArrowOptions, REQUEST_BYTES_MAX } from './arrow.ts';
import { openScorer } from './open.ts';
import { testFrameOf } from './testing/frames.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-'));
const admit = (path: string): Promise<AdmittedVersion> =>
  admitFile(join(FIXTURES, path), { dataDir, name: 'm' });

type Kind = (typeof ANSWER)[keyof typeof ANSWER];
interface Answer {
  readonly kind: Kind;
  readonly content: Buffer;
}

/** A host of the child: writes requests, reads answers. */
class Host {
  readonly child: ChildProcess;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest = Buffer.alloc(0);

  constructor(options: ArrowOptions | string) {
    const text = typeof options === 'string' ? options : JSON.stringify(options);
    const entry = join(import.meta.dirname, 'arrow.child.ts');
    this.child = spawn(process.execPath, [entry, text], { stdio: ['pipe', 'pipe', 'inherit'] });
    // A child that has ended takes no more: its answers tell.
    this.child.stdin!.on('error', () => undefined);
    this.#chunks = this.child.stdout![Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  write(...pieces: Uint8Array[]): void {
    for (const piece of pieces) this.child.stdin!.write(piece);
  }

  request(content: Uint8Array): void {
    this.write(length(content.length), content);
  }

  async answer(): Promise<Answer> {
    const head = await this.#read(5);
    return { kind: head[0] as Kind, content: await this.#read(head.readUInt32LE(1)) };
  }

  async json(kind: Kind): Promise<Record<string, unknown>> {
    const answer = await this.answer();
    expect(answer.kind, answer.content.toString()).toBe(kind);
    return JSON.parse(answer.content.toString());
  }

  async table(): Promise<Table> {
    const answer = await this.answer();
    expect(answer.kind, answer.content.toString()).toBe(ANSWER.batches);
    return tableFromIPC(answer.content);
  }

  /** Ends its input; answers the exit code. */
  async end(): Promise<number | null> {
    this.child.stdin!.end();
    if (this.child.exitCode !== null) return this.child.exitCode;
    return new Promise((resolve) => this.child.once('close', resolve));
  }

  async #read(bytes: number): Promise<Buffer> {
    while (this.#rest.length < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error('the child has ended');
      this.#rest = Buffer.concat([this.#rest, value]);
    }
    const found = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return found;
  }
}

function length(bytes: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes);
  return head;
}

const hosts: Host[] = [];
const start = (options: ArrowOptions | string): Host => {
  const host = new Host(options);
  hosts.push(host);
  return host;
};
afterEach(() => {
  for (const { child } of hosts.splice(0)) child.kill('SIGKILL');
});

/** Columns as a stream of batches that end before the rows `cuts`, and at the end. */
function stream(columns: Record<string, Vector>, ...cuts: number[]): Uint8Array {
  const { schema, batches } = new Table(columns);
  const whole = batches[0]!;
  const bounds = [0, ...cuts, whole.numRows];
  const parts = bounds.slice(1).map((to, i) => whole.slice(bounds[i], to));
  return tableToIPC(new Table(schema, parts), 'stream');
}

const column = (table: Table, name: string): unknown[] => [...table.getChild(name)!];

test('streams follow one another; rows come back in order with answers, verdicts and what is carried', async () => {
  const version = await admit('models/sklearn-1.9.1/columns-forest.joblib');
  const inputs = ['age', 'income', 'city', 'plan', 'tenure'];
  const host = start({ bundle: version.bundle, inputs, carry: ['id', 'note'] });
  const scorer = await openScorer(version, inputs);
  expect(await host.json(ANSWER.ready)).toEqual({
    digest: version.manifest.digest,
    runtime: version.manifest.runtime,
    outputs: scorer.outputs,
  });
  const cells = {
    age: [41, 17.5, null, 23],
    income: [1000, 2, 3, Infinity],
    city: ['Oslo', 'Zürich', 'Atlantis', null],
    plan: ['pro', 'basic', 'plus', 'pro'],
    tenure: [1, 2, 3, 4],
  };
  const columns = {
    tenure: vectorFromArray(cells.tenure, new Int32()),
    id: vectorFromArray([1n, 2n, 3n, 4n], new Int64()),
    plan: vectorFromArray(cells.plan, new Dictionary(new Utf8(), new Int32())),
    city: vectorFromArray(cells.city, new Utf8()),
    income: vectorFromArray(cells.income, new Float64()),
    note: vectorFromArray([['a'], null, [], ['b', 'c']], new List(new Field('item', new Utf8(), true))),
    age: vectorFromArray(cells.age, new Float32()),
  };
  const wanted = await scorer.score(testFrameOf(inputs.map((name) => cells[name as keyof typeof cells])));
  // Two requests are written before any answer is read.
  host.request(stream(columns, 3));
  host.request(stream(columns));
  for (const counts of [[3, 1], [4]]) {
    const table = await host.table();
    expect(table.batches.map(({ numRows }) => numRows)).toEqual(counts);
    expect(table.schema.names).toEqual([
      'id',
      'note',
      ...scorer.outputs.map(({ name }) => name),
      '_outcome',
      '_code',
      '_column',
      '_reason',
    ]);
    expect(column(table, 'id')).toEqual([1n, 2n, 3n, 4n]);
    expect(column(table, 'note').map((list) => (list === null ? null : [...(list as Vector)]))).toEqual([
      ['a'],
      null,
      [],
      ['b', 'c'],
    ]);
    expect(column(table, '_outcome')).toEqual([...wanted.outcomes]);
    expect(column(table, '_reason')[3]).toBe(wanted.refusals[0]!.reason);
    expect([column(table, '_code')[3], column(table, '_column')[3]]).toEqual(['finite_number', 'income']);
    scorer.outputs.forEach(({ name }, j) => {
      expect(column(table, name)).toEqual([...[...wanted.columns[j]!].slice(0, 3), null]);
    });
  }
  expect(await host.end()).toBe(0);
});

const TEXT = 'models/sklearn-1.9.1/count-words.joblib';

test('a request that cannot be answered is refused with a code, and the next one is answered', async () => {
  const { bundle } = await admit(TEXT);
  const host = start({ bundle, inputs: ['text'], carry: ['id'] });
  await host.json(ANSWER.ready);
  const id = vectorFromArray([1, 2], new Int32());
  const text = vectorFromArray(['the cat sat', null], new Utf8());
  const good = stream({ id, text });
  const many = makeData({ type: new Null(), length: 2 ** 24 });
  const refusals: [Uint8Array, string, RegExp][] = [
    [stream({ id }), 'INPUT_COLUMNS', /missing "text"; there is "id"/],
    [stream({ text }), 'INPUT_COLUMNS', /missing "id"; there is "text"/],
    [
      stream({ id, text: vectorFromArray([new Date(0), null], new DateDay()) }),
      'INPUT_COLUMNS',
      /"text" is Date/,
    ],
    [
      stream({ id: new Vector([many]), text: new Vector([many]) }),
      'READ_CORRUPT',
      /a batch of 16777216 rows/,
    ],
    [new Uint8Array(0), 'READ_CORRUPT', /an Arrow IPC stream/],
    [Buffer.from('no arrow at all'), 'READ_CORRUPT', /an Arrow IPC stream/],
    [good.subarray(0, good.length >> 1), 'READ_CORRUPT', /an Arrow IPC stream/],
  ];
  for (const [content, code, message] of refusals) {
    host.request(content);
    expect(await host.json(ANSWER.refused)).toMatchObject({ code, message: expect.stringMatching(message) });
    host.request(good);
    expect(column(await host.table(), '_outcome')).toEqual([0, 1]);
  }
  expect(await host.end()).toBe(0);
});

/** A graph that makes as many ones as the largest value of its rows says, beside their sums. */
function explodingFile(): string {
  const g = new GraphBuilder('exploding');
  const x = g.input('x', 'float64', ['N', 2]);
  const largest = g.add('Cast', [g.add('ReduceMax', [x], { keepdims: 0n })], { to: 7n });
  const one = { dtype: 'float64', shape: [1], data: Float64Array.of(1) } as const;
  const ones = g.add('ConstantOfShape', [g.add('Reshape', [largest, g.int64([1], [1])])], { value: one });
  const sums = g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 0n });
  g.output('y', g.add('Add', [sums, g.add('ReduceSum', [ones], { keepdims: 0n })]), 'float64', ['N']);
  const path = join(dataDir, 'exploding.onnx');
  writeFileSync(path, encodeModel(g.build({})));
  return path;
}

test('a row that takes all memory of its graph is reported, the others are answered, and the child lives', async () => {
  const { bundle } = await admitFile(explodingFile(), { dataDir, name: 'exploding' });
  const host = start({ bundle, inputs: ['a', 'b'], carry: [] });
  await host.json(ANSWER.ready);
  const a = vectorFromArray([1, 2, 3], new Float64());
  const request = stream({ a, b: vectorFromArray([1, 3e9, 1], new Float64()) });
  for (let round = 0; round < 2; round += 1) {
    host.request(request);
    const table = await host.table();
    expect(column(table, '_outcome')).toEqual([0, 2, 0]);
    expect(column(table, '_code')[1]).toBe('GRAPH_MEMORY');
    expect(column(table, 'y')).toEqual([3, null, 7]);
  }
  expect(await host.end()).toBe(0);
});

test('a pipe that breaks off or announces too much ends the child with a code', async () => {
  const { bundle } = await admit(TEXT);
  const broken: [Uint8Array, string][] = [
    [length(REQUEST_BYTES_MAX + 1), 'READ_LIMIT'],
    [Buffer.from([1, 0]), 'READ_TRUNCATED'],
    [Buffer.concat([length(100), Buffer.from('short')]), 'READ_TRUNCATED'],
  ];
  for (const [bytes, code] of broken) {
    const host = start({ bundle, inputs: ['text'], carry: [] });
    await host.json(ANSWER.ready);
    host.write(bytes);
    const ended = host.end();
    expect(await host.json(ANSWER.ended)).toMatchObject({ code, hint: expect.any(String) });
    expect(await ended).toBe(1);
  }
});

test('a child that cannot begin says why', async () => {
  const cases: [ArrowOptions | string, string][] = [
    ['{"bundle": 1}', 'USAGE'],
    ['no JSON', 'USAGE'],
    [{ bundle: dataDir, inputs: [], carry: [] }, 'BUNDLE_GONE'],
  ];
  for (const [options, code] of cases) {
    const host = start(options);
    expect(await host.json(ANSWER.ended)).toMatchObject({ code });
    expect(await host.end()).toBe(1);
  }
});
