import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFile } from '../../files/file-source.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import { onnxFormat } from '../../formats/onnx/format.ts';
import type { ModelContent } from '../../model/description.ts';
import type { Tensor } from '../../model/tensor.ts';
import { ONNX_LIMITS } from '../../onnx/limits.ts';
import { createOnnxEngine } from './engine.ts';
import { tryLoad } from './try-load.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/onnx');

interface TensorJson {
  readonly dtype: string;
  readonly shape: number[];
  readonly data: (number | string | boolean)[];
}
interface Fixture {
  readonly refused?: string;
  readonly inputs: Record<string, TensorJson>;
  readonly outputs: Record<string, TensorJson>;
}

const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => {
    const stem = basename(name, '.onnx');
    const fixture: Fixture = JSON.parse(readFileSync(join(FOLDER, `${stem}.json`), 'utf8'));
    return { name, ...fixture };
  });

const ARRAYS: Record<string, { from(data: unknown[]): unknown }> = {
  float64: Float64Array,
  float32: Float32Array,
  int64: { from: (data) => BigInt64Array.from(data as string[], BigInt) },
  bool: Uint8Array,
};

function tensorOf({ dtype, shape, data }: TensorJson): Tensor {
  const values = dtype === 'string' ? data : ARRAYS[dtype]?.from(data);
  return { dtype, shape, data: values } as Tensor;
}

function read(name: string): Extract<ModelContent, { kind: 'graph' }> {
  const source = openFile(join(FOLDER, name));
  const head = source.slice(0, Math.min(source.size, 512));
  expect(onnxFormat.match(head)).toBe(true);
  const { content } = onnxFormat.read(source, { limits: DEFAULT_LIMITS, codecs: [], now: () => 0 });
  if (content?.kind !== 'graph') throw new Error(`${name} is no graph`);
  return content;
}

function expectClose(actual: Tensor, wanted: TensorJson): void {
  expect({ dtype: actual.dtype, shape: actual.shape }).toEqual({ dtype: wanted.dtype, shape: wanted.shape });
  if (!actual.dtype.startsWith('float') || actual.dtype === 'float16') {
    if (actual.dtype === 'float16') return;
    const text = Array.from(actual.data as ArrayLike<unknown>, (x) => String(x));
    expect(text).toEqual(wanted.data.map((x) => String(typeof x === 'boolean' ? Number(x) : x)));
    return;
  }
  const relative = actual.dtype === 'float64' ? 1e-12 : 2e-6;
  for (const [i, cell] of wanted.data.entries()) {
    const value = (actual.data as Float64Array)[i]!;
    const target = Number(cell);
    if (value !== target)
      expect(Math.abs(value - target)).toBeLessThanOrEqual(relative * Math.abs(target) + 1e-7);
  }
}

describe('ONNX files made by Python', () => {
  const served = fixtures.filter(({ refused }) => refused === undefined);

  test.each(served)('$name answers what onnxruntime answers in Python', async ({ name, inputs, outputs }) => {
    const { onnx, signature } = read(name);
    const engine = await createOnnxEngine({ onnx, signature });
    const tensors = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, tensorOf(value)]));
    const rows = Object.values(tensors)[0]?.shape[0] ?? 0;
    const answer = await engine.infer({ kind: 'tensors', rows, tensors });
    expect(Object.keys(answer)).toEqual(Object.keys(outputs));
    for (const [key, wanted] of Object.entries(outputs)) expectClose(answer[key] as Tensor, wanted);
    await engine.close();
  });

  test.each(fixtures.filter(({ refused }) => refused !== undefined))(
    '$name is refused',
    ({ name, refused }) => {
      expect(() => read(name)).toThrowError(expect.objectContaining({ code: refused }));
    },
  );

  test('every one of them that is served passes the trial load', async () => {
    for (const { name } of served) await tryLoad(read(name).onnx, ONNX_LIMITS);
  });
});
