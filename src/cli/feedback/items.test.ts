import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countValidItems, type FeedbackFile, type FeedbackLine, feedbackBatches } from './items.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-feedback-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (
  content: string | Uint8Array,
  kind: 'jsonl' | 'csv',
  endpoint: string | undefined = 'churn',
): FeedbackFile => {
  const path = join(folder, `items.${kind}`);
  writeFileSync(path, content);
  return { path, kind, endpoint };
};
async function placed(file: FeedbackFile): Promise<readonly FeedbackLine[]> {
  const rows: FeedbackLine[] = [];
  for await (const batch of feedbackBatches(file, 1000)) rows.push(...batch);
  return rows;
}
const items = async (file: FeedbackFile) => (await placed(file)).map(({ item }) => item);

test('JSON Lines are items as they are, with the endpoint of the command where they name none', async () => {
  const text =
    '{"requestId":"r1","label":"leaves"}\n\n{"endpoint":"fraud","unit":"u","metric":"loss","value":1e-3}\n';
  const file = fileOf(text, 'jsonl');
  expect(await countValidItems(file)).toBe(2);
  expect(await placed(file)).toEqual([
    { line: 1, item: { endpoint: 'churn', requestId: 'r1', label: 'leaves' } },
    { line: 3, item: { endpoint: 'fraud', unit: 'u', metric: 'loss', value: 0.001 } },
  ]);
});

test('in CSV an empty cell is left out, a value is a number, and ids stay texts', async () => {
  const text = '\uFEFFunit,metric,value,label\r\n007,revenue,12.5,\n"a,\nb",,,1\n';
  expect(await items(fileOf(text, 'csv'))).toEqual([
    { endpoint: 'churn', unit: '007', metric: 'revenue', value: 12.5 },
    { endpoint: 'churn', unit: 'a,\nb', label: '1' },
  ]);
});

test.each([
  ['jsonl', '{"unit":"u"}\nnot json\n[1]', ['line 2 is no JSON object', 'line 3 is no JSON object']],
  ['jsonl', '{"unit":"u"}', ['line 1 names no endpoint']],
  ['jsonl', 'x\n'.repeat(50), ['line 20 is no JSON object; and 30 more']],
  ['jsonl', `{"unit":"${'u'.repeat(2 ** 20)}"}`, ['line 1 is longer than 1048576 characters']],
  ['csv', 'unit,amount\nu,1', ['"amount"']],
  ['csv', 'unit,label\nu,1', ['line 2 names no endpoint']],
  ['csv', 'unit,value\nu', ['Invalid Record Length']],
  ['csv', `unit\n"${'u\n'.repeat(2 ** 20)}`, ['Max Record Size']],
] as const)('every mistake in a %s file is named before anything is sent', async (kind, text, wanted) => {
  const file = { ...fileOf(text, kind), endpoint: undefined };
  for (const words of wanted) await expect(countValidItems(file)).rejects.toThrow(words);
});

test('letters of another encoding are refused, not guessed', async () => {
  for (const kind of ['jsonl', 'csv'] as const)
    await expect(countValidItems(fileOf(Buffer.from('unit\n\xe9\n', 'latin1'), kind))).rejects.toThrow(
      'UTF-8',
    );
});

test('a long file comes in batches, whole and in order', async () => {
  const count = 40_000;
  const line = (i: number): string => JSON.stringify({ unit: `unité-${i}`, label: 1 });
  const jsonl = fileOf(Array.from({ length: count }, (_, i) => line(i)).join('\n'), 'jsonl');
  const csv = fileOf(
    `unit,label\n${Array.from({ length: count }, (_, i) => `unité-${i},1\n`).join('')}`,
    'csv',
  );
  for (const file of [jsonl, csv]) {
    expect(await countValidItems(file)).toBe(count);
    const sizes: number[] = [];
    let next = 0;
    for await (const batch of feedbackBatches(file, 5000)) {
      sizes.push(batch.length);
      for (const { item } of batch) expect(item.unit === `unité-${next++}`).toBe(true);
    }
    expect(sizes).toEqual(Array(8).fill(5000));
  }
});
