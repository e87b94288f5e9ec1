import { expect, test } from 'vitest';
import { refusalsOf } from './refusals.ts';
import { laneDatabase } from './testing/runs.ts';

const VALUES: readonly (readonly [type: string, value: string, refused: boolean | null])[] = [
  ['VARCHAR', "'plain'", false],
  ['VARCHAR', 'NULL', null],
  ['VARCHAR', "'a' || chr(0) || 'b'", true],
  ['VARCHAR[]', "['a', 'b' || chr(0)]", true],
  ['VARCHAR[]', "['a', 'b']", false],
  ['DATE', "'0044-03-15 (BC)'", false],
  ['DATE', "'5000-01-01 (BC)'", true],
  ['DATE', "'-infinity'", false],
  ['TIMESTAMP', "'5000-01-01 (BC) 00:00:00'", true],
  ['TIMESTAMP WITH TIME ZONE', "'2024-01-01'", false],
];

test('cells that PostgreSQL cannot hold are found, and no others', async () => {
  const db = await laneDatabase();
  for (const [type, value, refused] of VALUES) {
    const [refusal] = refusalsOf({ uri: 'postgres://host/db?table=t' }, [{ name: 'c', type }]);
    const found = await db.runAndReadAll(
      `SELECT ${refusal!.test('c')} FROM (SELECT CAST(${value} AS ${type}) AS c)`,
    );
    expect([type, value, found.getRows()[0]![0]]).toEqual([type, value, refused]);
  }
});

test('files hold every text', () => {
  expect(refusalsOf({ uri: 'out.csv' }, [{ name: 'c', type: 'VARCHAR' }])).toEqual([]);
});
