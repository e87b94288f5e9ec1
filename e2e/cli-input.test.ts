import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN, folder, plimsoll, ROOT } from './cli.ts';

/** What `predict` takes as rows. The model takes age, income and tenure. */
const MODEL = join(ROOT, 'fixtures/parts/model-and-columns.pkl');
const from = (input: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIN, 'predict', MODEL, '--input', '-', '--json', ...args],
    {
      input,
      encoding: 'utf8',
    },
  );
  return status === 0 ? JSON.parse(stdout) : { error: stdout + stderr };
};
const scratch = folder();
const CSV = 'id,city,tenure,age,income\n007,Oslo,3,41,2.5\n008,"a, b",1,20,3\n';
const LINES = '{"age":41,"income":2.5,"tenure":3}\n{"age":20,"income":3,"tenure":1}\n';
const SPLIT =
  '{"columns":["tenure","age","income","city"],"index":[0,1],"data":[[3,41,2.5,"Oslo"],[1,20,3,null]]}';

test('standard input is CSV, JSON lines, JSON, or what pandas writes, with more columns than the model takes', () => {
  const wanted = from(LINES).outputs;
  expect(wanted.predict).toHaveLength(2);
  for (const input of [CSV, SPLIT, `[${LINES.trim().replace('\n', ',')}]`])
    expect(from(input).outputs).toEqual(wanted);
  expect(from('{"age":41,"income":2.5,"tenure":3}').outputs.predict).toEqual(wanted.predict.slice(0, 1));
});

test('an id is kept beside the answers, as it was written', () => {
  expect(from(CSV, '--id', 'id').ids).toEqual(['007', '008']);
  const input = join(scratch, 'ids.csv');
  const output = join(scratch, 'scored.csv');
  writeFileSync(input, CSV);
  const { status } = plimsoll('predict', MODEL, '--input', input, '--id', 'id', '--output', output);
  expect(status).toBe(0);
  const { stdout } = plimsoll('predict', MODEL, '--input', input, '--id', 'id');
  expect(stdout).toMatch(/^row +id +predict[\s\S]*\n0 +007 /);
});

test('a column that the model takes and a file lacks is named, as is an id that is not there', () => {
  expect(from('age,income\n1,2\n').error).toMatch(/tenure/);
  expect(from(CSV, '--id', 'customer').error).toMatch(/no column .*customer/);
});
