import { expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelContent } from '../model/description.ts';
import { verifyEngines } from './verify.ts';

const content: ModelContent = {
  kind: 'steps',
  root: {
    kind: 'function',
    origin: { path: '', class: 'sklearn.test', offset: 0 },
    features: 1,
    featureNames: null,
    function: 'square',
  },
  signature: { form: 'table', columns: [], outputs: [], classes: null },
};
const options = { model: 'model.joblib', clock: { now: () => 0, monotonic: () => 0 } };

test('a model that no engine runs is not proved but refused, with what stands in the way', async () => {
  const native = new PlimsollError('MODEL_UNSUPPORTED', { field: 'func' });
  const onnx = new PlimsollError('MODEL_UNSUPPORTED', { field: 'another' });
  await expect(verifyEngines(content, { native, onnx }, options)).rejects.toBe(native);
});

test('engines that disagree are called by their names', async () => {
  const answering = (id: Engine['id'], value: number): Engine => ({
    id,
    infer: ({ rows }) => ({
      predict: { dtype: 'float64', shape: [rows, 1], data: new Float64Array(rows).fill(value) },
    }),
    close: () => undefined,
  });
  const column = { name: 'x0', named: false, type: 'number', nullable: false } as const;
  const one: ModelContent = {
    ...content,
    signature: { form: 'table', columns: [column], outputs: [], classes: null },
  };
  const engines = { native: answering('native', 1), onnx: answering('python', 2) };
  await expect(verifyEngines(one, engines, options)).rejects.toThrow(/native 1, python 2/);
});

test('rows that the file brings are replayed, and others than their answers refuse the model', async () => {
  const engine: Engine = {
    id: 'native',
    infer: ({ rows }) => ({
      predict: { dtype: 'float64', shape: [rows], data: new Float64Array(rows).fill(2) },
    }),
    close: () => undefined,
  };
  const column = { name: 'x0', named: true, type: 'number', nullable: false } as const;
  const bringing = (value: number, row: readonly (number | string)[] = [1]): ModelContent => ({
    ...content,
    signature: { form: 'table', columns: [column], outputs: [], classes: null },
    goldenRows: {
      names: ['x0'],
      rows: [row],
      answers: [{ output: 'predict', column: null, values: [value], precision: 1e-6, zeroThreshold: 1e-16 }],
    },
  });
  const engines = { native: engine, onnx: new PlimsollError('MODEL_UNSUPPORTED', { field: 'func' }) };
  const found = await verifyEngines(bringing(2), engines, options);
  expect(found).toMatchObject({ proof: 'golden', goldenOf: 'file', rows: 1, differingBits: 0 });
  await expect(verifyEngines(bringing(3), engines, options)).rejects.toThrow(/answered 2, expected 3/);
  await expect(verifyEngines(bringing(2, ['one']), engines, options)).rejects.toMatchObject({
    code: 'GOLDEN_INVALID',
  });
});
