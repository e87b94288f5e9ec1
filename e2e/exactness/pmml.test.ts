import { expect, test } from 'vitest';
import { exampleRow } from '../../src/registry/boundary/example.ts';
import { verifyEngines } from '../../src/registry/verify.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { openPmml, PMML_NAMES, tallyOf } from './pmml-documents.ts';

const CLOCK = { now: () => Date.now(), monotonic: () => performance.now() };
/** Documents that are compiled, too. */
const COMPILED = [
  ...['forest-classes', 'forest-numbers', 'forest-regressor', 'gbm-regressor', 'lightgbm-missing'],
  ...['tree-classifier', 'tree-numbers', 'tree-regressor', 'xgboost-missing'],
];

test.each(PMML_NAMES)('%s answers as JPMML does', async (name) => {
  const document = await openPmml(name);
  const { fixture, content, native, onnx } = document;
  expect((await tallyOf(document, native)).failures).toEqual([]);
  await expect((async () => native.infer(exampleRow(content).batch))(), 'the example').resolves.toBeDefined();
  for (const { input, why } of fixture.refused ?? [])
    await expect((async () => native.infer(decodeInput(input, content.signature)))(), why).rejects.toThrow();
  expect(onnx !== null, 'runs in both engines').toBe(COMPILED.includes(name));
  if (onnx === null) return;
  expect((await tallyOf(document, onnx)).failures).toEqual([]);
  await verifyEngines(content, { native, onnx }, { model: name, clock: CLOCK, budgetMillis: 300 });
  await onnx.close();
});
