import {
  Bool,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  List,
  Null,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint32,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { runs } from '../core/testing/runs.ts';
import { answerRequest } from './arrow-request.ts';
import { scorerOver } from './score.ts';
import type { ColumnScorer } from './scorer.ts';
import { load } from './testing/models.ts';

const column = (table: Table, name: string): unknown[] => [...table.getChild(name)!];

async function answered(scorer: ColumnScorer, carry: readonly string[], request: Uint8Array): Promise<Table> {
  const pieces = await answerRequest(scorer, { inputs: scorer.inputs, carry }, request);
  return tableFromIPC(Buffer.concat(pieces));
}

/** Columns of their own bytes: the writer of apache-arrow loses some where two columns share them. */
const stream = (columns: Record<string, () => Vector>): Uint8Array =>
  tableToIPC(
    new Table(Object.fromEntries(Object.entries(columns).map(([name, make]) => [name, make()]))),
    'stream',
  );

test('columns of every type that Spark has for cells are read', async () => {
  const inputs = ['a', 'b', 'c', 'd', 'e'];
  const scorer = await scorerOver(await load('models/sklearn-1.9.1/function-log.joblib'), inputs);
  // 12345678901234567.89 lies between two doubles, ….66 and ….68 (IEEE 754).
  const cents = [110n, null, -333n, 1234567890123456789n];
  const words = cents.map(
    (n) =>
      n &&
      Uint32Array.from([0, 32, 64, 96], (bits) =>
        Number((BigInt.asUintN(128, n) >> BigInt(bits)) & 0xffffffffn),
      ),
  );
  const kinds: [() => Vector, (number | null)[]][] = [
    [() => vectorFromArray([1, null, 127, 2], new Int8()), [1, null, 127, 2]],
    [() => vectorFromArray([1, 2, 4, 8], new Uint32()), [1, 2, 4, 8]],
    [() => vectorFromArray([1n, null, 2n ** 53n + 1n, 2n], new Int64()), [1, null, 2 ** 53, 2]],
    [() => vectorFromArray([0.1, null, 3, 2.5], new Float32()), [Math.fround(0.1), null, 3, 2.5]],
    [() => vectorFromArray([0.1, null, Infinity, 2.5], new Float64()), [0.1, null, Infinity, 2.5]],
    [() => vectorFromArray([true, null, false, true], new Bool()), [1, null, 0, 1]],
    [() => vectorFromArray(words, new Decimal(2, 20, 128)), [1.1, null, -3.33, 12345678901234568]],
    [() => vectorFromArray([null, null, null, null], new Null()), [null, null, null, null]],
  ];
  for (const [make, numbers] of kinds) {
    const table = await answered(scorer, [], stream(Object.fromEntries(inputs.map((name) => [name, make]))));
    expect(column(table, '_outcome'), String(make().type)).toEqual(numbers.map(() => 0));
    expect(column(table, 'transform_0')).toEqual(numbers.map((x) => Math.log(x ?? Number.NaN)));
  }
});

test('lists become the rows of a graph', async () => {
  const model = await load('onnx/zipmap-off.onnx');
  const scorer = await scorerOver(model, ['v']);
  const rows = [[5.1, 3.5, 1.4, 0.2], [6.7, 3, 5.2, 2.3], [1, 2], null].map(
    (row) => row?.map(Math.fround) ?? null,
  );
  const lists = new List(new Field('item', new Float32(), true));
  const table = await answered(scorer, [], stream({ v: () => vectorFromArray(rows, lists) }));
  const wanted = await scorer.score({ rows: 4, columns: [{ kind: 'lists', values: rows }] });
  expect(column(table, '_outcome')).toEqual([0, 0, 1, 1]);
  expect(column(table, '_reason')[2]).toBe('expected a list of 4, got a list of 2');
  scorer.outputs.forEach(({ name }, j) => {
    expect(column(table, name).slice(0, 2)).toEqual([...wanted.columns[j]!].slice(0, 2));
  });
  await scorer.close();
});

test('what is carried keeps its bytes, whatever its order and neighbours', async () => {
  const scorer = await scorerOver(await load('models/sklearn-1.9.1/count-words.joblib'), ['text']);
  const texts = fc.array(fc.option(fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 40 });
  const order = fc.shuffledSubarray(['text', 'n', 'f', 'flag', 'nothing'], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(texts, order, async (text, carry) => {
      const request = stream({
        n: () =>
          vectorFromArray(
            text.map((_, i) => i),
            new Int32(),
          ),
        text: () => vectorFromArray(text, new Utf8()),
        f: () =>
          vectorFromArray(
            text.map((cell) => cell?.length ?? null),
            new Float64(),
          ),
        flag: () =>
          vectorFromArray(
            text.map((cell) => cell === null),
            new Bool(),
          ),
        nothing: () =>
          vectorFromArray(
            text.map(() => null),
            new Null(),
          ),
      });
      const sent = tableFromIPC(request);
      const table = await answered(scorer, carry, request);
      for (const name of carry) expect(column(table, name)).toEqual(column(sent, name));
      expect(column(table, '_outcome')).toEqual(text.map((cell) => (cell === null ? 1 : 0)));
    }),
  );
});

test('whatever bytes a request holds, it is answered or refused with a code', {
  timeout: 60_000,
}, async () => {
  const scorer = await scorerOver(await load('models/sklearn-1.9.1/count-words.joblib'), ['text']);
  const text = Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? null : `word ${i} é`));
  const tags = new List(new Field('item', new Utf8(), true));
  const good = stream({
    id: () =>
      vectorFromArray(
        text.map((_, i) => i),
        new Int32(),
      ),
    text: () => vectorFromArray(text, new Utf8()),
    tags: () =>
      vectorFromArray(
        text.map((cell) => (cell === null ? null : [cell, 'x'])),
        tags,
      ),
  });
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(damage, fc.option(fc.nat(good.length)), async (flips, cut) => {
      const bad = Uint8Array.from(good);
      for (const [at, value] of flips) bad[at] = value;
      try {
        const request = cut === null ? bad : bad.subarray(0, cut);
        await answerRequest(scorer, { inputs: ['text'], carry: ['id', 'tags'] }, request);
      } catch (error) {
        expect(isPlimsollError(error) && error.code, String(error)).toMatch(/^READ_CORRUPT$|^INPUT_COLUMNS$/);
      }
    }),
    { numRuns: runs(500) },
  );
});
