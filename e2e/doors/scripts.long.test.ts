import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import '../python/shared-environments.ts';
import { call, type Reply } from '../serving/client.ts';

/** SageMaker's functions as people write them, asked with the bodies that their clients send. */

const LIMIT = 240_000;
const data = folder();
const work = folder();

const MANY_TYPES = `
import io, json
import numpy as np

def model_fn(model_dir):
    return np.array([1.0, 10.0, 100.0, 1000.0])

def input_fn(body, content_type):
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(body))
    if content_type == "text/plain":
        return np.array([[float(word) for word in line.split()] for line in body.decode().splitlines()])
    if content_type == "text/csv":
        return np.genfromtxt(io.StringIO(body), delimiter=",", ndmin=2)
    if content_type == "application/json":
        return np.asarray(json.loads(body), dtype=float)
    raise ValueError("Unsupported content type: " + content_type)

def predict_fn(data, model):
    if data.shape[1] != 4:
        raise KeyError("no four columns")
    return data @ model

def output_fn(prediction, accept):
    if accept == "application/x-npy":
        held = io.BytesIO()
        np.save(held, prediction)
        return held.getvalue(), accept
    return "".join("%g\\n" % each for each in prediction), "text/csv"
`;
/** One that takes nothing but what NumPy writes. */
const ONLY_NPY = `
import io
import numpy as np
def model_fn(model_dir): return 2
def input_fn(body, content_type):
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(body))
    raise ValueError("Unsupported content type: " + content_type)
def predict_fn(data, model): return data.sum(axis=1) * model
`;
const RAISES = `
def model_fn(model_dir): return 1
def input_fn(body, content_type):
    if "secret" in str(body):
        return {}["nothing like that"]
    return [[1.0]]
def predict_fn(data, model): return [1.0 for row in data]
`;
const SCRIPTS = { many: MANY_TYPES, npy: ONLY_NPY, raises: RAISES } as const;
const GOLDEN = {
  many: { input: { instances: [[1, 2, 3, 4]] }, expected: { predict: [4321] } },
  npy: {
    input: {
      instances: [
        [1, 2],
        [3, 4],
      ],
    },
    expected: { predict: [6, 14] },
  },
  raises: { input: { instances: [[1]] }, expected: { predict: [1] } },
};

let server: Served;
beforeAll(async () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  };
  const lock = file('requirements.txt', 'numpy==2.2.6\n');
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const golden = file(`${name}.json`, JSON.stringify(GOLDEN[name as keyof typeof SCRIPTS]));
    const pushed = plimsoll(
      ...['push', example('iris.joblib'), '--name', name, '--data', data, '--trust', '--runtime', 'python'],
      ...['--script', file(`${name}.py`, script), '--golden', golden],
      ...['--requirements', lock, '--python', '3.11'],
    );
    expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  }
  server = await served(['--data', data, '--workers', '1']);
}, LIMIT);
afterAll(async () => {
  await server?.stop();
  for (const path of [data, work]) rmSync(path, { recursive: true, force: true });
}, 30_000);

const invoke = (name: string, type: string, body: string | Uint8Array, accept = '*/*'): Promise<Reply> =>
  call(`${server.said.url}/endpoints/${name}/invocations`, {
    method: 'POST',
    headers: { 'content-type': type, accept },
    body,
  });

/** What `numpy.save` writes of rows of float64 (numpy.lib.format, version 1.0). */
function npy(rows: readonly (readonly number[])[]): Uint8Array {
  const about = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows.length}, ${rows[0]!.length}), }`;
  const header = `${about.padEnd(128 - 10 - 1)}\n`;
  const start = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
  ]);
  return Buffer.concat([start, Buffer.from(Float64Array.from(rows.flat()).buffer)]);
}

const ROWS = [
  [1, 2, 3, 4],
  [5, 0, 0, 0],
];

test.each([
  ['application/x-npy', npy(ROWS)],
  ['text/plain', '1 2 3 4\n5 0 0 0\n'],
  ['text/csv', '1,2,3,4\n5,0,0,0\n'],
  ['application/json', JSON.stringify(ROWS)],
])('a body of %s reaches input_fn, and the CSV of output_fn the client', async (type, body) => {
  const { status, headers, text } = await invoke('many', type, body);
  expect([status, headers['content-type'], text]).toEqual([200, 'text/csv', '4321\n5\n']);
});

test('output_fn answers what is accepted', async () => {
  const { headers, text } = await invoke('many', 'text/plain', '1 0 0 0', 'application/x-npy');
  expect(headers['content-type']).toBe('application/x-npy');
  expect(text).toContain("'descr': '<f8', 'fortran_order': False, 'shape': (1,)");
});

test('a script that only reads NumPy is proved by rows, and answered for here', async () => {
  const answer = await invoke('npy', 'application/x-npy', npy(ROWS), 'text/csv');
  expect([answer.status, answer.text]).toEqual([200, '20\n10\n']);
  const typed = await call(`${server.said.url}/models/npy/predict`, { body: { rows: [[1, 2]] } });
  expect(typed.json.predictions).toEqual([6]);
  const refused = await invoke('npy', 'text/plain', '1 2');
  expect([refused.status, refused.json.OriginalStatusCode]).toEqual([424, 415]);
  expect(refused.json.OriginalMessage).toContain('Unsupported content type: text/plain');
});

test('what a script raises is told with its line, and without a traceback', async () => {
  const raised = await invoke('raises', 'text/plain', 'secret');
  expect([raised.status, raised.json.OriginalStatusCode]).toEqual([424, 500]);
  const { OriginalMessage: said } = raised.json;
  expect(said).toContain('KeyError');
  expect(said).toContain('raises.py line 5');
  expect(said).not.toMatch(/Traceback|File "|\/original\/|site-packages/);
  const predict = await invoke('many', 'text/plain', '1 2');
  expect(predict.json.OriginalMessage).toContain('no four columns');
  // Bytes that are no NumPy array are the caller's fault: numpy says so by a ValueError.
  const wrong = await invoke('many', 'application/x-npy', 'no array');
  expect([wrong.status, wrong.json.OriginalStatusCode]).toEqual([424, 400]);
  expect((await invoke('raises', 'text/plain', 'fine')).json).toEqual({ predictions: [1] });
});
