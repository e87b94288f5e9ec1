import { expect, onTestFinished, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import type { RawRequest } from '../../model/raw.ts';
import type { Engine } from '../engine.ts';
import { createPythonEngine, type PythonEngine, type PythonEngineOptions } from './engine.ts';
import { loadOfScript, PYTHON } from './testing/misbehaving.ts';

const FUNCTIONS = `
def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type != "text/plain":
        raise ValueError("Unsupported content type: " + content_type)
    return [float(each) for each in body.split()]

def predict_fn(data, model): return [model * each for each in data]
`;
const OUTPUT = `
def output_fn(prediction, accept):
    if accept == "image/png": raise ValueError("accept header is not supported")
    return b";".join(b"%g" % each for each in prediction), "application/x-own"
`;
const READS = `
def input_fn(body, content_type): return [[float(each), 0] for each in body.split()]
`;

async function engineOf(
  script: string,
  more: Partial<PythonEngineOptions> & { around?: boolean } = {},
): Promise<PythonEngine> {
  const { around = false, ...options } = more;
  const engine = await createPythonEngine({
    ...{ name: 'own', interpreter: PYTHON, batches: true, workers: 1, maxRows: 300 },
    ...{ callMillis: 10_000, startMillis: 20_000, ...options },
    load: { ...loadOfScript(script), around },
  });
  onTestFinished(() => engine.close());
  return engine;
}

const request = (text: string, contentType: string, accept: string | null): RawRequest => ({
  given: { kind: 'body', bytes: Buffer.from(text), contentType },
  ...{ accept, attributes: null },
});
const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error) => (isPlimsollError(error) ? `${error.code} ${error.http} ${error.message}` : error),
  );

test('bodies and answers cross as they are, beside rows that are put together', async () => {
  const engine = await engineOf(FUNCTIONS + OUTPUT);
  expect(engine.raw).toEqual({ input: true, output: true });
  const asked = [1, 2, 3].map((n) => engine.invoke(request(`${n} 5`, 'text/plain', 'text/csv')));
  const answers = await Promise.all(asked);
  expect(answers.map((answer) => answer.kind === 'written' && Buffer.from(answer.bytes).toString())).toEqual([
    '2;10',
    '4;10',
    '6;10',
  ]);
  expect(answers[0]).toMatchObject({ kind: 'written', contentType: 'application/x-own' });
});

test('what the script does not read or write is refused as such, with the words of the script', async () => {
  const engine = await engineOf(FUNCTIONS + OUTPUT);
  expect(await codeOf(engine.invoke(request('[]', 'application/json', 'text/csv')))).toContain(
    'MEDIA_TYPE_UNKNOWN 415 Cannot read the body: its content type is "application/json", known are those that the script of own takes',
  );
  expect(await codeOf(engine.invoke(request('1', 'text/plain', 'image/png')))).toContain(
    'NOT_ACCEPTABLE 406 Cannot answer as "image/png"',
  );
  // Whoever reads `model` knows that it was the version that refused.
  await expect(engine.invoke(request('[]', 'application/json', null))).rejects.toMatchObject({
    details: { model: 'own' },
  });
  expect(await codeOf(engine.invoke(request('one', 'text/plain', 'text/csv')))).toContain(
    'INPUT_INVALID 422',
  );
});

test('a script that only reads answers outputs, as many as it read', async () => {
  const engine = await engineOf(FUNCTIONS, {
    signature: {
      form: 'table',
      columns: [{ name: 'x0', named: false, type: 'number', nullable: false }],
      outputs: [{ name: 'predict', dtype: 'float64', shape: [-1] }],
      classes: null,
    },
  });
  expect(engine.raw).toEqual({ input: true, output: false });
  expect(await engine.invoke(request('1 2 3', 'text/plain', null))).toEqual({
    kind: 'outputs',
    rows: 3,
    outputs: { predict: { dtype: 'float64', shape: [3], data: Float64Array.of(2, 4, 6) } },
  });
});

const sums: Engine = {
  id: 'native',
  infer: (batch) => {
    if (batch.kind !== 'matrix') throw new TypeError('a matrix was wanted');
    const { rows, width, data } = batch;
    const sum = (row: number) => data.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0);
    return {
      predict: {
        dtype: 'float64',
        shape: [rows],
        data: Float64Array.from({ length: rows }, (_, i) => sum(i)),
      },
    };
  },
  close: () => undefined,
};

test('a script reads and writes around a compiled model', async () => {
  const engine = await engineOf(READS + OUTPUT, { around: true, inner: sums });
  expect(engine.raw).toEqual({ input: true, output: true });
  const answer = await engine.invoke(request('1 2', 'text/plain', 'a/b'));
  expect(answer.kind === 'written' && Buffer.from(answer.bytes).toString()).toBe('1;2');
  const reads = await engineOf(READS, { around: true, inner: sums });
  const many = await reads.invoke(request('1 2 3', 'text/plain', null));
  expect(many).toMatchObject({ kind: 'outputs', rows: 3, outputs: { predict: { shape: [3] } } });
});
