import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outputs } from '../../../model/batch.ts';
import type { Signature } from '../../../model/signature.ts';
import { parquetToBody } from '../../../row-files/parquet.ts';
import { readRowFile } from '../../../row-files/read.ts';
import { flattenOutputs } from '../../../scorer/flatten.ts';
import { rowWriter } from './write.ts';

const classes = { type: 'string', values: ['no', 'yes, "sure"'] } as const;
const signature: Signature = {
  form: 'table',
  columns: [],
  classes,
  outputs: [
    { name: 'predict', dtype: 'string', shape: [-1], classes },
    { name: 'predict_proba', dtype: 'float64', shape: [-1, 2], classes },
  ],
};
const outputs: Outputs = {
  predict: { dtype: 'string', shape: [2], data: ['no', 'yes, "sure"'] },
  predict_proba: { dtype: 'float64', shape: [2, 2], data: Float64Array.of(1, 0, Number.NaN, -Infinity) },
};
const columns = flattenOutputs(outputs, signature.outputs);
const answer = { document: () => ({ outputs: {} }), columns: () => columns };
const temporary = (name: string): string => join(mkdtempSync(join(tmpdir(), 'plimsoll-')), name);

test('integers beyond 2^53 keep every digit in JSON lines, and booleans are booleans', async () => {
  const flag = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) } as const;
  const n = { dtype: 'int64', shape: [3], data: BigInt64Array.of(2n ** 63n - 1n, -1n, 2n ** 53n) } as const;
  const flat = flattenOutputs({ flag, n }, []);
  const path = temporary('wide.jsonl');
  await rowWriter(path)(path, { document: () => null, columns: () => flat });
  expect(readFileSync(path, 'utf8')).toBe(
    '{"flag":true,"n":"9223372036854775807"}\n{"flag":false,"n":-1}\n{"flag":true,"n":"9007199254740992"}\n',
  );
});

test('CSV quotes what needs quotes and leaves NaN empty', async () => {
  const path = temporary('out.csv');
  await rowWriter(path)(path, answer);
  expect(readFileSync(path, 'utf8')).toBe(
    'predict,predict_proba_no,"predict_proba_yes, ""sure"""\nno,1,0\n"yes, ""sure""",,-Infinity\n',
  );
});

test('JSON lines hold one object a row', async () => {
  const path = temporary('out.jsonl');
  await rowWriter(path)(path, answer);
  expect(await readRowFile(path, signature)).toEqual([
    { predict: 'no', predict_proba_no: 1, 'predict_proba_yes, "sure"': 0 },
    { predict: 'yes, "sure"', predict_proba_no: null, 'predict_proba_yes, "sure"': '-Infinity' },
  ]);
});

test('a Parquet file written here is read back with the same values', async () => {
  const path = temporary("o'ut.parquet");
  await rowWriter(path)(path, answer);
  expect(await parquetToBody(path, signature)).toEqual({
    dataframe_split: {
      columns: ['predict', 'predict_proba_no', 'predict_proba_yes, "sure"'],
      data: [
        ['no', 1, 0],
        ['yes, "sure"', null, -Infinity],
      ],
    },
  });
});

test('JSON of other programs is read: a byte order mark of Windows, NaN of Python', async () => {
  const path = temporary('rows.json');
  writeFileSync(path, '\uFEFF{"rows": [[1, NaN]]}');
  expect(await readRowFile(path, signature)).toEqual({ rows: [[1, null]] });
  writeFileSync(path, '{"rows": [[1, 2}');
  await expect(readRowFile(path, signature)).rejects.toThrow(`${path}: expected JSON, got text that is none`);
});

test('a file in another encoding than UTF-8 is refused, not read with its letters replaced', async () => {
  const path = temporary('rows.csv');
  writeFileSync(path, Buffer.from('city\nM\xe1laga\n', 'latin1'));
  await expect(readRowFile(path, signature)).rejects.toThrow(`${path}: expected text in UTF-8`);
});

test('a file that is no Parquet, an unknown extension and a missing file are coded errors', async () => {
  const path = temporary('fake.parquet');
  await rowWriter(path.replace('.parquet', '.csv'))(path, answer);
  await expect(readRowFile(path, signature)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(readRowFile(path.replace('fake.parquet', 'rows.xml'), signature)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  expect(() => rowWriter('rows.xml')).toThrow(/expected .json, .jsonl, .csv or .parquet/);
});
