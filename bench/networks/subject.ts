/**
 * One side of the comparison in Node: `node subject.ts onnxruntime|plimsoll NETWORK FILE THREADS [DATA]`. onnxruntime-node loads
 * FILE, a graph; the program loads what it makes of FILE, as it serves it.
 */
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';
import { newTensor } from '../../src/model/tensor.ts';
import { acceptFile } from '../../src/registry/accept.ts';
import { inputOf, type Network, networkAt } from './network.ts';

type Call = (rows: number) => Promise<Float32Array>;

const [side = '', base = '', file = '', threads = '1', dataDir = ''] = process.argv.slice(2);
const network = networkAt(base);
const call = side === 'plimsoll' ? await ours(network) : await theirs(network);

async function theirs({ shape, dtype }: Network): Promise<Call> {
  const session = await ort.InferenceSession.create(file, {
    executionMode: 'sequential',
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  const given = inputs(
    ({ data, rows }) => new ort.Tensor(dtype as 'float32', data as Float32Array, [rows, ...shape]),
  );
  return async (rows) => (await session.run({ [input]: given(rows) }))[output]?.data as Float32Array;
}

async function ours({ shape, dtype }: Network): Promise<Call> {
  const { engine, manifest } = await acceptFile(file, { dataDir, name: 'network' });
  const { signature } = manifest;
  if (signature.form !== 'tensors') throw new Error('no tensors');
  const [input = ''] = signature.tensors.map(({ name }) => name);
  const [output = ''] = signature.outputs.map(({ name }) => name);
  const given = inputs(({ data, rows }) => ({
    kind: 'tensors' as const,
    rows,
    tensors: { [input]: newTensor(dtype, [rows, ...shape], data as never) },
  }));
  return async (rows) => (await engine.infer(given(rows)))[output] as never as Float32Array;
}

/** Made once for each number of rows, so that only the call is timed. */
function inputs<T>(
  make: (input: { readonly rows: number; readonly data: unknown }) => T,
): (rows: number) => T {
  const made = new Map<number, T>();
  return (rows) => {
    const known = made.get(rows) ?? make({ rows, data: inputOf(base, network, rows) });
    made.set(rows, known);
    return known;
  };
}

async function measure(rows: number, calls: number): Promise<number[]> {
  const millis: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await call(rows);
    millis.push(performance.now() - start);
  }
  return millis;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [what, rows, calls] = line.split(' ');
  const said =
    what === 'measure' ? await measure(Number(rows), Number(calls)) : base64(await call(Number(rows)));
  console.log(JSON.stringify(said));
}
process.exit(0);

function base64(answer: Float32Array | { readonly data: Float32Array }): string {
  const data = 'data' in answer ? answer.data : answer;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
