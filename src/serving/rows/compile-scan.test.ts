import { expect, test } from 'vitest';
import { randomIndex, seededRandom } from '../../core/random.ts';
import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { compileScan } from './compile-scan.ts';
import { decodeInput } from './decode.ts';
import { parseJsonBody } from './parse-json.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  ...{ name, named: true, type: 'number', nullable: true },
  ...more,
});
const table = (...columns: readonly ColumnSpec[]): Signature => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
});
const AB = table(column('a'), column('b c'));
const scanBytes = compileScan(AB)!;
const scan = (text: string): Batch | null => scanBytes(Buffer.from(text));

/** Bits, so that the sign of zero counts. */
const bitsOf = (data: Float64Array): bigint[] => [...new BigUint64Array(Float64Array.from(data).buffer)];

test.each([
  '{"rows":[[1,2]]}',
  '{"instances": [[1.5, -2.25], [0, -0]]}',
  ' {\n"rows"\t: [ [ 0.1 ,12345678901234.5 ] ] }\r\n',
  '{"rows":[{"a":0.000001,"b c":-0.3},{"a":1,"b c":999999999999999}]}',
  '{"rows":[[1,2],{"a":3,"b c":4},[5,6]]}',
])('%s is read as JSON.parse and the decoder read it', (text) => {
  const batch = scan(text)!;
  const wanted = decodeInput(parseJsonBody(text), AB);
  expect({ ...batch, data: null }).toEqual({ ...wanted, data: null });
  expect(bitsOf((batch as { data: Float64Array }).data)).toEqual(
    bitsOf((wanted as { data: Float64Array }).data),
  );
});

test.each([
  '',
  '{',
  '[[1,2]]',
  '{"a":1,"b c":2}',
  '{"rows":[]}',
  '{"rows":[1,2]}',
  '{"rows":[[1,2]],"x":1}',
  '{"rows":[[1,2]]}x',
  '{"rows":[[1,2],]}',
  '{"rows":[[1,2,]]}',
  '{"rows":[[1]]}',
  '{"rows":[[1,2,3]]}',
  '{"rows":[[1,null]]}',
  '{"rows":[[1,"2"]]}',
  '{"rows":[[1,NaN]]}',
  '{"rows":[[1,01]]}',
  '{"rows":[[1,-]]}',
  '{"rows":[[1,2.]]}',
  '{"rows":[[1,.5]]}',
  '{"rows":[[1,+5]]}',
  '{"rows":[[1,2e3]]}',
  '{"rows":[[1,0.1234567890123456]]}',
  '{"rows":[{"b c":2,"a":1}]}',
  '{"rows":[{"a":1}]}',
  '{"rows":[{"a":1,"b c":2,"d":3}]}',
  '{"rows":[{"a":1,"a":1,"b c":2}]}',
  '{"rows":[[1,2}]}',
  '{"rows":[{"a":1,"b c":2]]}',
  '{"rows":[[1,2]] "x"}',
  '{"rows":[[1\u00a0,2]]}',
  '\ufeff{"rows":[[1,2]]}',
  '{"rows":[[1 2,3]]}',
  '{"rows":[[--1,2]]}',
])('%s is not read here', (text) => {
  expect(scan(text)).toBeNull();
});

test('signatures of anything but plain numbers are not read here', () => {
  expect(compileScan(table())).toBeNull();
  expect(compileScan(table(column('a', { type: 'string' })))).toBeNull();
  expect(compileScan(table(column('a', { type: 'bool' })))).toBeNull();
  expect(compileScan(table(column('a', { categories: [1, 2] })))).toBeNull();
  expect(compileScan(table(column('a'), column('b', { ignored: true })))).toBeNull();
  expect(compileScan(table(column('a', { largest: 65_504 })))).toBeNull();
  expect(compileScan(table(column('rows')))).toBeNull();
  expect(compileScan(table(column('caf\u00e9')))).toBeNull();
  expect(compileScan(table(column('a"b')))).toBeNull();
});

test('many rows are read into a batch that holds nothing else', () => {
  const rows = Array.from({ length: 3000 }, (_, k) => [k, 0.5 - k]);
  const batch = scan(JSON.stringify({ rows })) as { data: Float64Array };
  expect(batch).toEqual(decodeInput({ rows }, AB));
  expect(batch.data.buffer.byteLength).toBe(3000 * 2 * 8);
});

test('keys with brackets are no rows', () => {
  const odd = table(column('[[{'), column('b'));
  const text = JSON.stringify({ rows: Array.from({ length: 400 }, (_, k) => ({ '[[{': k, b: 2 })) });
  const batch = compileScan(odd)!(Buffer.from(text)) as { data: Float64Array };
  expect(batch).toEqual(decodeInput(JSON.parse(text), odd));
  expect(batch.data.buffer.byteLength).toBe(400 * 2 * 8);
});

test('rows that are only begun take no more memory than a few times the body', () => {
  const wide = compileScan(table(...Array.from({ length: 1000 }, (_, j) => column(`c${j}`))))!;
  const body = Buffer.from(`{"rows":[${'[1,'.repeat(100_000)}`);
  const before = process.memoryUsage().arrayBuffers;
  expect(wide(body)).toBeNull();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5 * body.length);
});

test('what was begun of a body that is not read here is given back before it is parsed', () => {
  const wide = compileScan(table(...Array.from({ length: 100 }, (_, j) => column(`c${j}`))))!;
  const row = JSON.stringify(Array.from({ length: 100 }, () => 1));
  const body = Buffer.from(`{"rows":[${`${row},`.repeat(5000)}null]}`);
  const before = process.memoryUsage().arrayBuffers;
  expect(wide(body)).toBeNull();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
});

test('whatever is read has the bits of JSON.parse, however it is spelt or broken', () => {
  const random = seededRandom(23);
  const digits = (most: number): string =>
    Array.from({ length: 1 + randomIndex(random, most) }, () => randomIndex(random, 10)).join('');
  const number = (): string => {
    const whole = randomIndex(random, 3) === 0 ? '0' : digits(12).replace(/^0+(?=\d)/, '');
    return `${randomIndex(random, 2) ? '-' : ''}${whole}${randomIndex(random, 4) ? `.${digits(9)}` : ''}`;
  };
  let read = 0;
  for (let round = 0; round < 5000; round++) {
    const blank = [' ', '', '', '\n', '\t'][randomIndex(random, 5)]!;
    const row = randomIndex(random, 2)
      ? `[${number()},${blank}${number()}]`
      : `{"a":${blank}${number()},"b c":${number()}}`;
    let text = `{"rows":${blank}[${row}${blank},${row}]}`;
    // One character of three texts is another one.
    if (randomIndex(random, 3) === 0) {
      const at = randomIndex(random, text.length);
      text = text.slice(0, at) + '0123456789.,-eE[]{}":ab '[randomIndex(random, 24)] + text.slice(at + 1);
    }
    const batch = scan(text);
    if (batch === null) continue;
    read++;
    const wanted = decodeInput(parseJsonBody(text), AB);
    expect({ ...batch, data: null }, text).toEqual({ ...wanted, data: null });
    expect(bitsOf((batch as { data: Float64Array }).data), text).toEqual(
      bitsOf((wanted as { data: Float64Array }).data),
    );
  }
  expect(read).toBeGreaterThan(2000);
});
