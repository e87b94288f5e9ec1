/** Capture of real models, from the files that training left behind. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CapturedBlock } from '../src/capture/block.ts';
import { ROOT } from './cli.ts';
import { blocksIn, capturing, columnOf, dataFolder } from './serving/captured.ts';
import { call } from './serving/client.ts';
import { loadBundle } from './serving/file-models.ts';
import { serve } from './serving/serve.ts';

const loader = new URL('./serving/file-models.ts', import.meta.url).href;

/** What is captured of one request to a model file, inline or by a thread, with the answer. */
async function capturedOf(file: string, rows: unknown, rowMicros: number) {
  const dataDir = dataFolder();
  const { capture } = await capturing(dataDir);
  const version = await loadBundle(join(ROOT, file), 'm', 1);
  const slow = { ...version, manifest: { ...version.manifest, rowMicros } };
  const url = await serve({ capture, loader, versions: [slow] });
  const reply = await call(`${url}/predict`, { body: { rows }, headers: { 'x-unit-id': 'u' } });
  expect(reply.text).toContain('predictions');
  await capture.flush();
  return { blocks: blocksIn(dataDir), answer: reply.json as { predictions: unknown[] }, version };
}

const names = (columns: CapturedBlock['inputs']): string[] => columns.map(({ name }) => name);

test.each([
  ['here', 1],
  ['by a thread', 1e6],
])('a text model that answers %s leaves its texts behind', async (_where, rowMicros) => {
  const texts = ['a wonderful film, truly', 'dull and far too long'];
  const { blocks, answer } = await capturedOf('examples/reviews.joblib', texts, rowMicros);
  const [{ inputs, outputs, rows }] = blocks as [CapturedBlock];
  expect([rows, inputs.map(({ values }) => values)]).toEqual([2, [texts]]);
  expect(columnOf(blocks, 'predict')).toEqual(
    answer.predictions.map((one) => (typeof one === 'boolean' ? Number(one) : one)),
  );
  expect(names(outputs)[0]).toBe('predict');
});

test.each([
  ['here', 1],
  ['by a thread', 1e6],
])(
  'a table of numbers and categories that is answered %s is captured column by column',
  async (_where, rowMicros) => {
    const version = await loadBundle(join(ROOT, 'examples/churn.joblib'), 'm', 1);
    const { signature } = version.manifest;
    if (signature.form === 'tensors') throw new Error('a table was wanted');
    const row = Object.fromEntries(
      signature.columns.map(({ name, type, categories }, j) => [
        name,
        categories?.find((one) => one !== null) ?? (type === 'number' ? j + 0.5 : 'x'),
      ]),
    );
    const { blocks } = await capturedOf('examples/churn.joblib', [row, row, row], rowMicros);
    const [{ inputs, meta, rows }] = blocks as [CapturedBlock];
    expect(rows).toBe(3);
    expect(names(inputs)).toEqual(
      signature.columns.filter(({ ignored }) => !ignored).map(({ name }) => name),
    );
    for (const { name, values } of inputs) {
      const wanted = row[name]!;
      expect([name, ...values]).toEqual([
        name,
        ...new Array(3).fill(typeof wanted === 'boolean' ? Number(wanted) : wanted),
      ]);
    }
    expect([...meta.row]).toEqual([0, 1, 2]);
    expect(new Set(meta.unit).size).toBe(1);
    expect(meta.unit[0]).toMatch(/^[0-9a-f]{16}$/);
  },
);

test('a graph that takes tensors leaves an element a column', async () => {
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const { blocks, answer } = await capturedOf('fixtures/onnx/frozen-mixing.onnx', rows, 1);
  for (const j of [0, 1, 2]) {
    expect(columnOf(blocks, `x_${j}`)).toEqual(rows.map((row) => row[j]));
    expect(columnOf(blocks, `y_${j}`)).toEqual((answer.predictions as number[][]).map((row) => row[j]));
  }
});
