import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  graphAnswers,
  graphOf,
  type KeptTensor,
  keptNumber,
  keptRuns,
  networkFixtures,
} from '../../files/testing/network-fixtures.ts';
import { ReadBudget } from '../../formats/budget.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import { describeGraph } from '../../formats/onnx/describe.ts';
import { lintModel } from '../../formats/onnx/lint.ts';
import { compileSignature } from '../../formats/tensorflow/compile.ts';
import { GraphBudget } from '../../formats/tensorflow/graph-budget.ts';
import { readSavedModel } from '../../formats/tensorflow/saved-model.ts';
import { tableReader } from '../../formats/tensorflow/tables.ts';
import { variableReader } from '../../formats/tensorflow/variables.ts';
import type { ModelContent } from '../../model/description.ts';
import type { Tensor } from '../../model/tensor.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/tensorflow');

type GraphContent = Extract<ModelContent, { kind: 'graph' }>;

/** Within 1e-5 of the largest element: sums of float32 in another order differ by their rounding. */
function expectEqual(actual: unknown, wanted: KeptTensor, where: string): void {
  const { dtype, shape, data } = actual as Tensor;
  expect({ where, dtype, shape }).toEqual({ where, dtype: wanted.dtype, shape: wanted.shape });
  if (dtype === 'string') {
    expect(data, where).toEqual(wanted.data);
    return;
  }
  const [got, want] = [Array.from(data, Number), wanted.data.map(keptNumber)];
  const exact = !dtype.startsWith('float');
  const largest = Math.max(1e-2, ...want.map(Math.abs).filter(Number.isFinite));
  for (const [i, value] of want.entries()) {
    const difference = Math.abs((got[i] ?? Number.NaN) - value);
    const same = Object.is(got[i], value) || got[i] === value || (!exact && difference <= 1e-5 * largest);
    if (!same) expect.fail(`${where}[${i}] is ${got[i]}, TensorFlow gives ${value}`);
  }
}

describe.each(['2.15.1', '2.21.0'])('a model of TensorFlow %s', (release) => {
  const fixtures = networkFixtures('tensorflow').filter((fixture) => fixture.release === release);
  test.each(fixtures)('answers as TensorFlow does: $name', async (fixture) => {
    for (const { inputs, outputs } of keptRuns(fixture)) {
      const answers = await graphAnswers(graphOf(fixture.path), inputs);
      expect(Object.keys(answers).sort()).toEqual(Object.keys(outputs).sort());
      for (const [output, wanted] of Object.entries<KeptTensor>(outputs))
        expectEqual(answers[output], wanted, output);
    }
  });
});

test('feature columns take a row in which nothing is there', async () => {
  const empty = { dtype: 'string', shape: [1, 1], data: [''] } as const;
  const age = { dtype: 'float32', shape: [1, 1], data: [0] } as const;
  const content = graphOf(join(FOLDER, '2.21.0/examples/saved_model.pb'));
  const { y } = await graphAnswers(content, { age, job: empty, city: empty });
  // Age, its bucket, no job, and zeros where embeddings of nothing would be.
  expect(Array.from((y as Tensor).data, Number)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

describe('an operator of TensorFlow', () => {
  const unpacked = (name: string): Buffer =>
    gunzipSync(readFileSync(join(FOLDER, 'operators', `${name}.gz`)));
  const { cases } = JSON.parse(unpacked('answers.json').toString());
  const budget = new GraphBudget(new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 }));
  const [meta] = readSavedModel(unpacked('saved_model.pb'), budget);
  if (meta === undefined) throw new Error('no graph');
  const functions = new Map(meta.graph.functions.map((fn) => [fn.name, fn]));
  const resources = {
    variable: variableReader(null, meta.graph, functions, budget),
    table: tableReader(meta, functions, () => null, budget),
    budget,
  };
  const origin = {
    format: 'saved-model',
    framework: { name: 'tensorflow', version: null },
    notes: [],
    fileDigest: '',
  };
  const outline = { path: '', class: '', offset: 0, params: {}, children: [] };

  function compiled(name: string): GraphContent {
    const signature = meta?.signatures.get(name);
    if (meta === undefined || signature === undefined) throw new Error(`no signature ${name}`);
    const linted = lintModel(compileSignature(meta.graph, signature, resources));
    const { content } = describeGraph(linted, { ...origin, outline });
    if (content?.kind !== 'graph') throw new Error('no graph');
    return content;
  }

  test.each(Object.keys(cases))('gives what TensorFlow gives: %s', async (name) => {
    const { inputs, y } = cases[name];
    const answers = await graphAnswers(compiled(name), inputs);
    expectEqual(answers['y'], y, name);
  });
});
