import { describe, expect, test } from 'vitest';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { numbersTensor } from '../../model/numbers-tensor.ts';
import type { TensorSpec } from '../../model/signature.ts';
import type { DType } from '../../model/tensor.ts';
import { explainImages, isOfImages } from './explain-image.ts';
import { patchGrid } from './occlusion.ts';

const content = {
  type: 'image',
  mode: 'RGB',
  resize: null,
  crop: null,
  rescaleFactor: 1 / 255,
  mean: null,
  std: null,
} as const;

/** A model that sums the samples of the top left quarter for one class, and minus those of the rest for the other. */
function quarterModel(dataFormat: 'channels_first' | 'channels_last', dtype: DType, side: number) {
  const channels = 3;
  const shape = dataFormat === 'channels_first' ? [-1, channels, side, side] : [-1, side, side, channels];
  const input: TensorSpec = { name: 'x', dtype, shape, content: { ...content, dataFormat } };
  const outputs = [{ name: 'scores', dtype: 'float64', shape: [-1, 2] }] as const;
  const signature = { form: 'tensors', tensors: [input], outputs, classes: null } as const;
  let asked = 0;
  const infer = async (batch: Batch) => {
    asked += batch.rows;
    const tensor = batch.kind === 'tensors' ? batch.tensors['x'] : undefined;
    const data = Array.from(tensor!.data as ArrayLike<number | bigint>, Number);
    const size = channels * side * side;
    const scores = Array.from({ length: batch.rows }, (_, row) => {
      const sums = [0, 0];
      for (let k = 0; k < size; k++) {
        const pixel = dataFormat === 'channels_first' ? k % (side * side) : Math.floor(k / channels);
        const [y, x] = [Math.floor(pixel / side), pixel % side];
        if (y < side / 2 && x < side / 2) sums[0]! += data[row * size + k]!;
        else sums[1]! -= data[row * size + k]!;
      }
      return sums;
    });
    return { scores: numbersTensor(scores.flat(), 'float64', [batch.rows, 2]) };
  };
  const model = {
    name: 'm',
    content: { kind: 'graph', signature } as unknown as ModelContent,
    engine: { infer },
  };
  return { model, shape, asked: () => asked };
}

/** A row that is bright in its top left quarter, in each channel alike. */
function quarterImage(shape: readonly number[], dtype: DType): Batch {
  const side = Math.max(...shape);
  const isFirst = shape[1] === 3;
  const numbers = Array.from({ length: 3 * side * side }, (_, k) => {
    const pixel = isFirst ? k % (side * side) : Math.floor(k / 3);
    return Math.floor(pixel / side) < side / 2 && pixel % side < side / 2 ? 200 : 40;
  });
  return { kind: 'tensors', rows: 1, tensors: { x: numbersTensor(numbers, dtype, [1, ...shape.slice(1)]) } };
}

describe('what parts of an image add', () => {
  test.each([
    ['channels_first', 'float32'],
    ['channels_last', 'uint8'],
    ['channels_last', 'int64'],
  ] as const)('is what covering them with the mean takes, %s, %s', async (dataFormat, dtype) => {
    const { model, shape, asked } = quarterModel(dataFormat, dtype, 8);
    expect(isOfImages(model.content)).toBe(true);
    const rows = quarterImage(shape, dtype);
    const shares: number[] = [];
    const { document, picture } = await explainImages(model, { budget: 16 }, rows, (share) =>
      shares.push(share),
    );
    expect(document).toMatchObject({
      method: 'occlusion',
      output: 'scores',
      explained: [0],
      evaluations: 16,
    });
    expect(document.grid).toEqual({ height: 8, width: 8, patch: 2, rows: 4, columns: 4 });
    expect(document.scores).toEqual([200 * 3 * 16]);
    // A quarter of 200 and three of 40 are 80 on average; a patch has 4 pixels of 3 samples.
    const inside = (200 - 80) * 12;
    expect(document.values).toEqual([
      [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => (r < 2 && c < 2 ? inside : 0))),
    ]);
    expect([asked(), shares]).toEqual([17, [0]]);
    const drawn = picture(0);
    expect([drawn.width, drawn.height]).toEqual([224, 224]);
    expect(drawn.data.length).toBe(224 * 224 * 3);
    const pixel = (x: number, y: number) => [
      ...drawn.data.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3),
    ];
    const [red = 0, , blue = 0] = pixel(20, 20);
    expect(red).toBeGreaterThan(blue);
    expect(new Set(pixel(200, 200)).size).toBe(1);
  });

  test.each([
    [224, 224, 196, 16],
    [28, 28, 196, 2],
    [10, 300, 50, 10],
    [5, 5, 1, 5],
    [7, 3, 1000, 1],
  ])('of %i × %i pixels are at most %i squares of %i', (height, width, budget, patch) => {
    const grid = patchGrid({ height, width }, budget);
    expect(grid.patch).toBe(patch);
    expect(grid.rows * grid.columns).toBeLessThanOrEqual(budget);
    expect(grid.rows * patch).toBeGreaterThanOrEqual(height);
  });

  test('is told of the largest of as many scores as a model answers', async () => {
    const { model, shape } = quarterModel('channels_last', 'float32', 8);
    const count = 2 ** 18;
    const infer = async ({ rows }: Batch) => {
      const data = new Float64Array(rows * count);
      for (let row = 0; row < rows; row++) data[row * count + 5] = 1;
      return { scores: numbersTensor(data, 'float64', [rows, count]) };
    };
    const rows = quarterImage(shape, 'float32');
    const { document } = await explainImages({ ...model, engine: { infer } }, { budget: 1 }, rows);
    expect([document.explained, document.scores]).toEqual([[5], [1]]);
  });

  test('is refused of rows that are no images', async () => {
    const { model } = quarterModel('channels_last', 'float32', 8);
    const signature = {
      form: 'tensors',
      tensors: [{ name: 'x', dtype: 'float32', shape: [-1, 7] }],
      outputs: [],
      classes: null,
    };
    const other = { ...model, content: { kind: 'graph', signature } as unknown as ModelContent };
    expect(isOfImages(other.content)).toBe(false);
    await expect(explainImages(other, {}, { kind: 'tensors', rows: 0, tensors: {} })).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
    });
  });
});
