import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import type { Tensor } from '../../model/tensor.ts';
import { tensorToJson } from './outputs-to-json.ts';
import { tensorWriter } from './tensor-writer.ts';

const write = tensorWriter({ type: 'string', values: ['naïve "x"', 'b'] });

test('the text parses to the values that tensorToJson gives, to the last bit', () => {
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
  const size = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);
  const tensor = shape.chain((dims) => {
    const items = <T>(item: fc.Arbitrary<T>) =>
      fc.array(item, { minLength: size(dims), maxLength: size(dims) });
    return fc.oneof(
      items(fc.double()).map((data) => ({ dtype: 'float64', shape: dims, data: Float64Array.from(data) })),
      items(fc.float()).map((data) => ({ dtype: 'float32', shape: dims, data: Float32Array.from(data) })),
      items(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map((data) => ({
        dtype: 'int64',
        shape: dims,
        data: BigInt64Array.from(data),
      })),
      items(fc.boolean()).map((data) => ({
        dtype: 'bool',
        shape: dims,
        data: Uint8Array.from(data, Number),
      })),
      items(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('b', 'naïve "x"'))).map((data) => ({
        dtype: 'string',
        shape: dims,
        data,
      })),
      items(fc.nat(65535)).map((data) => ({ dtype: 'float16', shape: dims, data: Uint16Array.from(data) })),
    ) as fc.Arbitrary<Tensor>;
  });
  fc.assert(
    fc.property(tensor, (value) => {
      const json = tensorToJson(value);
      // JSON.stringify drops the sign of zero, which the half precision way does not promise to keep.
      if (value.dtype === 'float16') expect(write(value)).toBe(JSON.stringify(json));
      else expect(JSON.parse(write(value))).toEqual(json);
    }),
    { numRuns: runs(1000) },
  );
});
