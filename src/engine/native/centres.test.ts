import { expect, test } from 'vitest';
import { infer, numberTypes, tableSignature } from '../../compile/testing/session.ts';
import type { NearestCentreStep } from '../../model/centres.ts';
import type { RowBlock } from './block.ts';
import { prepareStep } from './prepare.ts';

const step: NearestCentreStep = {
  ...{ origin: { path: '', class: 'sklearn.cluster.KMeans', offset: 0 }, features: 2, featureNames: null },
  kind: 'nearest-centre',
  role: 'transformer',
  labels: null,
  centers: { rows: 3, cols: 2, data: Float64Array.of(8523923.8, -1.4e9, 9.8e10, 1.0e11, -1.0e11, -1.0e11) },
};
const ROWS = [
  [1e160, 1e160],
  [-1e160, 1e150],
  [1e300, 0],
  [-1e300, 0],
  [1e200, 1],
  [9e10, 9e10],
  [-1e30, -1e30],
];

/** Labels by both engines, which have to agree. */
async function labelsOf(model: NearestCentreStep): Promise<number[]> {
  const block: RowBlock = { kind: 'dense', rows: ROWS.length, cols: 2, data: Float64Array.from(ROWS.flat()) };
  const { data } = prepareStep(model, ['a', 'b']).outputs!(block)['predict'] as { data: Int32Array };
  const native = Array.from(data);
  const onnx = await infer(model, tableSignature(numberTypes(2), ['predict']), ROWS);
  expect(onnx['predict']!.data.map(Number)).toEqual(native);
  return native;
}

test('rows so far out that distances overflow, or round alike, get the label of their release', async () => {
  // scikit-learn 0.22.2 and 0.23.2, one row at a time.
  expect(await labelsOf({ ...step, wholeDistances: true })).toEqual([0, 0, 1, 2, 0, 1, 0]);
  expect(await labelsOf(step)).toEqual([1, 2, 1, 2, 1, 1, 2]);
});
