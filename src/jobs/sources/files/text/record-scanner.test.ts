import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../../../core/testing/runs.ts';
import { CsvRecord } from '../csv/record.ts';
import { ByteFinder } from './byte-finder.ts';
import { cutText, recordAt } from './marks.ts';
import { RECORD_BYTES_MAX, RecordScanner } from './record-scanner.ts';

const COMMA = 44;
const options = { path: 'x.csv', start: 0, line: 1, delimiter: COMMA };
/** Text of the characters that matter, long enough for several parts. */
const csvText = fc
  .array(fc.constantFrom('a', 'bc', ',', '"', '""', '\n', '\r\n', '\r', 'é', ' '), { maxLength: 60 })
  .map((parts) => parts.join(''));

/** Gives bytes to a scanner in parts that end at `cuts`. */
function scan(bytes: Buffer, cuts: readonly number[], scanner = new RecordScanner(options)): RecordScanner {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const end of ends) {
    scanner.update(bytes.subarray(from, end));
    from = end;
  }
  return scanner;
}
const layoutOf = (scanner: RecordScanner): unknown => {
  try {
    return scanner.finish();
  } catch (error) {
    return (error as Error).message;
  }
};

test('the same records are found however the file comes in parts, and after a kill', () => {
  fc.assert(
    fc.property(csvText, fc.array(fc.nat(), { maxLength: 5 }), fc.nat(), (text, cuts, kill) => {
      const bytes = Buffer.from(text);
      const whole = layoutOf(scan(bytes, []));
      expect(layoutOf(scan(bytes, cuts))).toEqual(whole);
      const half = kill % (bytes.length + 1);
      const found = scan(bytes.subarray(0, half), []).endPiece();
      const resumed = new RecordScanner(options);
      resumed.restore(found);
      expect(layoutOf(scan(bytes.subarray(half), [], resumed))).toEqual(whole);
    }),
  );
});

test('records are those that the reader of cells finds, on the same lines', () => {
  fc.assert(
    fc.property(csvText, (text) => {
      const bytes = Buffer.from(text);
      const layout = layoutOf(scan(bytes, []));
      if (typeof layout === 'string') return;
      const record = new CsvRecord(COMMA, 100);
      const found: [number, number][] = [];
      for (let at = 0; at < bytes.length; ) {
        const start = at;
        at = record.read(bytes, at, bytes.length);
        if (record.cells > 0)
          found.push([start, 1 + bytes.subarray(0, start).toString().split('\n').length - 1]);
      }
      const cuts = cutText(layout as Parameters<typeof cutText>[0], 1);
      expect(cuts.map(({ from, line }) => [from, line])).toEqual(found);
      expect(
        cuts.map(({ from }) => recordAt(layout as Parameters<typeof recordAt>[0], Number(from))),
      ).toEqual(found.map((_, i) => i));
    }),
  );
});

test('cells are those that csv-parse finds, where it takes the text', () => {
  fc.assert(
    fc.property(csvText, fc.constantFrom('\n', '\r\n'), (drawn, eol) => {
      // One kind of line break, as csv-parse expects; none of the other within cells, where both keep them.
      const text = drawn.replaceAll(/\r\n|\r|\n/g, eol);
      const bytes = Buffer.from(text);
      let expected: string[][];
      try {
        expected = parse(text, { relax_column_count: true, record_delimiter: eol }) as string[][];
      } catch {
        return;
      }
      const record = new CsvRecord(COMMA, 100);
      const found: string[][] = [];
      for (let at = 0; at < bytes.length; ) {
        at = record.read(bytes, at, bytes.length);
        if (record.cells === 0) continue;
        expect(record.misquoted).toBe(-1);
        const cell = (_: unknown, i: number): string =>
          bytes
            .toString('utf8', record.starts[i], record.ends[i])
            .replaceAll(record.written[i] === 2 ? '""' : '\0', '"');
        found.push(Array.from({ length: record.cells }, cell));
      }
      // A blank line is to csv-parse what `""` is.
      const filled = (records: string[][]): string[][] =>
        records.filter(([first, ...rest]) => first !== '' || rest.length > 0);
      expect(filled(found)).toEqual(filled(expected));
    }),
    { numRuns: runs(500) },
  );
});

test('lines of nothing but white space are no records of JSON Lines', () => {
  const bytes = Buffer.from('\uFEFF{}\n\n  \t\r\n{"a": 1}\r\n\n {}');
  const scanner = new RecordScanner({ path: 'x', start: 3, line: 1, delimiter: null });
  const layout = scan(bytes, [1, 2, 7, 9], scanner).finish();
  expect(cutText(layout, 1)).toEqual([
    { from: 3, to: 12, rows: 1, line: 1 },
    { from: 12, to: 23, rows: 1, line: 4 },
    { from: 23, to: 26, rows: 1, line: 6 },
  ]);
});

test('marks stay few, and chunks whole, whatever the number of records', () => {
  const bytes = Buffer.from('a,b\n'.repeat(100_000));
  const scanner = scan(bytes, [10, 7777, 150_001]);
  const found = scanner.endPiece();
  expect(found.length).toBeLessThan(2 ** 20);
  const layout = scanner.finish();
  expect(layout).toMatchObject({ records: 100_000, every: 8 });
  const cuts = cutText(layout, 1000);
  expect(cuts).toHaveLength(100);
  expect(cuts[1]).toEqual({ from: 4000, to: 8000, rows: 1000, line: 1001 });
  expect(cuts.at(-1)).toMatchObject({ to: bytes.length, rows: 1000 });
});

test('a record that never ends is refused before it fills the memory', () => {
  const part = Buffer.alloc(2 ** 20, 'x');
  const endless = (first: string): (() => void) => {
    const scanner = new RecordScanner(options);
    scanner.update(Buffer.from(first));
    return () => {
      for (let i = 0; i <= RECORD_BYTES_MAX / part.length; i++) scanner.update(part);
    };
  };
  expect(endless('a,b\n1,2\n3')).toThrow('x.csv line 3: the record exceeds the limit of 16777216 bytes');
  expect(endless('a,b\n1,"2\n3')).toThrow(/x\.csv line 2: the quote that opens here is never closed/);
});

test('either byte is found, wherever the words begin', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(7), fc.nat(45), (drawn, offset, from) => {
      const bytes = new Uint8Array(drawn.length + offset).fill(10).subarray(offset);
      bytes.set(drawn.map((byte) => (byte < 20 ? 34 : byte < 40 ? 10 : byte)));
      const expected = bytes.findIndex((byte, i) => i >= from && (byte === 10 || byte === 34));
      const found = new ByteFinder(bytes, 10, 34).next(from);
      expect(found).toBe(expected < 0 ? Math.max(bytes.length, 0) : expected);
    }),
    { numRuns: runs(1000) },
  );
});
