import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOnnxEngine } from '../../engine/onnx/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/keras');

interface TensorJson {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: string[];
}
interface Fixture {
  readonly inputs: Record<string, TensorJson>;
  readonly outputs: Record<string, TensorJson>;
}

const files = readdirSync(FOLDER).flatMap((release) =>
  readdirSync(join(FOLDER, release))
    .filter((name) => extname(name) !== '.json')
    .map((name) => ({ name: `${release}/${name}`, path: join(FOLDER, release, name) })),
);

function tensorOf({ dtype, shape, data }: TensorJson): Tensor {
  if (dtype === 'string') return newTensor(dtype, shape, data);
  const array = new TYPED_ARRAYS[dtype](data.length);
  for (const [i, text] of data.entries())
    array[i] =
      array instanceof BigInt64Array || array instanceof BigUint64Array
        ? BigInt(text)
        : Number(text === 'True' ? 1 : text === 'False' ? 0 : text);
  return newTensor(dtype, shape, array);
}

/** float32 within 1e-5 of the framework, relative to the number or to the largest one beside it; everything else the same. */
function expectClose(name: string, actual: Tensor, wanted: Tensor): void {
  expect({ name, dtype: actual.dtype, shape: actual.shape }).toEqual({
    name,
    dtype: wanted.dtype,
    shape: wanted.shape,
  });
  if (!wanted.dtype.startsWith('float')) {
    expect(Array.from(actual.data as ArrayLike<unknown>, String)).toEqual(
      Array.from(wanted.data as ArrayLike<unknown>, String),
    );
    return;
  }
  const [values, targets] = [actual.data as Float32Array, wanted.data as Float32Array];
  const scale = targets.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, target] of targets.entries()) {
    const value = values[i] ?? Number.NaN;
    if (Object.is(value, target)) continue;
    const most = 1e-5 * Math.abs(target) + 2e-6 * scale;
    if (!(Math.abs(value - target) <= most))
      expect.fail(`${name}[${i}] is ${value}, Keras answers ${target}`);
  }
}

/** Where the largest number of each row along the last axis is. */
function argmax({ data, shape }: Tensor): number[] {
  const width = shape.at(-1) ?? 1;
  const values = data as Float32Array;
  return Array.from({ length: values.length / width }, (_, row) => {
    const part = values.subarray(row * width, (row + 1) * width);
    return part.indexOf(part.reduce((most, value) => Math.max(most, value)));
  });
}

describe('models that Keras saved', () => {
  test.each(files)('$name answers what Keras answers', async ({ path }) => {
    const fixture: Fixture = JSON.parse(readFileSync(path.replace(/\.\w+$/, '.json'), 'utf8'));
    const { content, blockers } = readModelFile(path);
    expect(blockers).toEqual([]);
    if (content?.kind !== 'graph') throw new Error('there is no graph');
    const engine = await createOnnxEngine(content);
    const tensors = Object.fromEntries(
      Object.entries(fixture.inputs).map(([key, value]) => [key, tensorOf(value)]),
    );
    const rows = Object.values(tensors)[0]?.shape[0] ?? 0;
    const answer = await engine.infer({ kind: 'tensors', rows, tensors });
    await engine.close();
    expect(Object.keys(answer)).toEqual(Object.keys(fixture.outputs));
    for (const [key, json] of Object.entries(fixture.outputs)) {
      const [actual, wanted] = [answer[key] as Tensor, tensorOf(json)];
      expectClose(key, actual, wanted);
      if (wanted.dtype === 'float32' && (wanted.shape.at(-1) ?? 1) > 1)
        expect(argmax(actual)).toEqual(argmax(wanted));
    }
  });
});
