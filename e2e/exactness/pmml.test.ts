import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNativeEngine } from '../../src/engine/native/engine.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import { exampleRow } from '../../src/registry/boundary/example.ts';
import { createEngines, isEngine } from '../../src/registry/engines.ts';
import { verifyEngines } from '../../src/registry/verify.ts';
import { decodeInput } from '../../src/serving/rows/decode.ts';
import { readFixture } from './fixture.ts';
import { judge } from './judge.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/pmml');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.pmml'))
  .map((file) => file.slice(0, -'.pmml'.length));

const CLOCK = { now: () => Date.now(), monotonic: () => performance.now() };
/** Documents that are compiled, too. */
const COMPILED = [
  ...['forest-classes', 'forest-numbers', 'forest-regressor', 'gbm-regressor', 'lightgbm-missing'],
  ...['tree-classifier', 'tree-numbers', 'tree-regressor', 'xgboost-missing'],
];

test.each(NAMES)('%s answers as the program that wrote it', async (name) => {
  const model = join(FOLDER, `${name}.pmml`);
  const fixture = readFixture({ release: 'pmml', name, model, answers: join(FOLDER, `${name}.json`) });
  const { content, blockers } = readModelFile(model);
  if (content?.kind !== 'steps') throw new Error(`${name} is not understood: ${JSON.stringify(blockers)}`);
  const engine = createNativeEngine(content);
  const outputs = engine.infer(decodeInput(fixture.input, content.signature));
  const named = Object.fromEntries(
    Object.keys(fixture.expected).flatMap((key) => (outputs[key] ? [[key, outputs[key]]] : [])),
  );
  expect(judge(fixture, named, () => 'close').failures).toEqual([]);
  expect(() => engine.infer(exampleRow(content).batch), 'the example').not.toThrow();
  // Documents of trees over numbers have a second engine, which has to agree.
  const engines = await createEngines(content);
  const proved = await verifyEngines(content, engines, { model: name, clock: CLOCK, budgetMillis: 300 });
  if (isEngine(engines.onnx)) await engines.onnx.close();
  expect(proved.proof === 'engines-agree', 'runs in both engines').toBe(COMPILED.includes(name));
  for (const { input, why } of fixture.refused ?? [])
    expect(() => engine.infer(decodeInput(input, content.signature)), why).toThrow();
});
