import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportRequests } from './export-requests.ts';
import { findLoggedRequest, withMemoryDuckDB } from './find-request.ts';
import { logEndpoint } from './log-paths.ts';
import { localSegments, readShapes, scanSql } from './segment-scan.ts';
import { DAY_ONE, loggedBlockOf, loggedNumbers, logsOf, type TestLog, texts } from './testing/blocks.ts';

const filesOf = async (log: TestLog): Promise<string[]> =>
  (await localSegments(log, { endpoint: null })).map(({ file }) => file);

/** Rows of files, as DuckDB gives them. */
const rowsOf = async (log: TestLog, columns = '*'): Promise<Record<string, unknown>[]> => {
  const files = await filesOf(log);
  return withMemoryDuckDB(async (db) =>
    (await db.runAndReadAll(`SELECT ${columns} FROM ${scanSql(files)} ORDER BY time`)).getRowObjects(),
  );
};

describe('a file of the log', () => {
  const logs = logsOf();

  it('has a row of each scored row, with what was asked, answered and by whom', async () => {
    const log = await logs();
    const block = loggedBlockOf(
      [loggedNumbers('age', 30, Number.NaN), texts('plan', 'basic', null)],
      [loggedNumbers('predict', 1, 0)],
    );
    block.meta.arm.set([1], 1);
    await log.log({ ...block, meta: { ...block.meta, unit: ['ab12', null], role: [null, 'candidate'] } });
    const [file] = await filesOf(log);
    expect(file).toMatch(/\/log\/churn\/2026-11-01\/1793491200000-v1-[0-9a-f]{16}-[0-9a-f]{12}\.parquet$/);
    const rows = await rowsOf(log, '* EXCLUDE (file) REPLACE (epoch_ms(time) AS time)');
    expect(Object.keys(rows[0]!)).toEqual([
      ...['time', 'request_id', 'row', 'endpoint', 'model', 'version', 'arm', 'role', 'unit', 'segment'],
      ...['latency_ms', 'weight', 'explanation', 'in_age', 'in_plan', 'out_predict'],
    ]);
    const common = {
      row: 0,
      endpoint: 'churn',
      model: 'churn',
      version: 1,
      segment: null,
      latency_ms: 1.5,
      weight: 1,
      explanation: null,
    };
    const id = `q${block.seq}`;
    expect(rows).toEqual([
      {
        ...common,
        time: BigInt(DAY_ONE),
        request_id: `${id}-0`,
        arm: null,
        role: null,
        unit: 'ab12',
        in_age: 30,
        in_plan: 'basic',
        out_predict: 1,
      },
      {
        ...common,
        time: BigInt(DAY_ONE + 1000),
        request_id: `${id}-1`,
        arm: 1,
        role: 'candidate',
        unit: null,
        in_age: null,
        in_plan: null,
        out_predict: 0,
      },
    ]);
  });

  it('keeps every value as it is: the smallest, the greatest, signs of zeros, whole numbers in text, any letters', async () => {
    const log = await logs();
    const doubles = [5e-324, -1.7976931348623157e308, -0, 0, Infinity, -Infinity, 2 ** 53, 0.1 + 0.2];
    const words = [
      '9223372036854775807',
      '',
      'a\0b',
      '\u{1F600}é',
      "'; DROP TABLE rows; --",
      '"\n\t',
      'null',
      null,
    ];
    await log.log(loggedBlockOf([loggedNumbers('x', ...doubles), texts('t', ...words)]));
    const rows = await rowsOf(log, 'in_x, in_t, time');
    const read = rows.map(({ in_x: x }) => x);
    expect(read.every((x, i) => Object.is(x, doubles[i]))).toBe(true);
    expect(rows.map(({ in_t: text }) => text)).toEqual(words);
  });

  it('takes any names: of endpoints, models, columns, that differ in case alone', async () => {
    const log = await logs();
    const names = ['a', 'A', 'a.1', '"; --', '\0', '', '../../x', 'é'.repeat(300), 'row'];
    const endpoint = `../..//\0${'ü'.repeat(200)}`;
    await log.log(
      loggedBlockOf(
        names.map((name, i) => loggedNumbers(name, i)),
        [loggedNumbers('row', 9)],
        { endpoint, model: "m'; --" },
      ),
    );
    const [segment] = await localSegments(log, { endpoint: logEndpoint({ endpoint, model: 'm' }) });
    expect(segment!.path.split('/')).toHaveLength(3);
    expect(statSync(join(log.folder, segment!.path)).size).toBe(segment!.bytes);
    const { rows } = await findLoggedRequest(log, (await rowsOf(log))[0]!['request_id'] as string);
    expect(rows[0]).toMatchObject({
      endpoint: endpoint.replaceAll('\0', '\ufffd'),
      model: "m'; --",
      outputs: { row: 9 },
    });
    expect(rows[0]!['inputs']).toEqual(Object.fromEntries(names.map((name, i) => [name, i])));
  });

  it('is one of each endpoint, version and day, of versions named by requests, too', async () => {
    const log = await logs();
    const row = loggedNumbers('age', 1);
    await log.log(
      loggedBlockOf([row]),
      loggedBlockOf([row]),
      loggedBlockOf([row], [], { version: 2 }),
      loggedBlockOf([row], [], { endpoint: 'other' }),
      loggedBlockOf([row], [], { from: DAY_ONE + 86_400_000 }),
      loggedBlockOf([row], [], { endpoint: null }),
      loggedBlockOf([]),
    );
    const segments = await localSegments(log, { endpoint: null });
    expect(
      segments.map(({ endpoint, path, rows }) => [endpoint, path.split('-v')[0], rows]).toSorted(),
    ).toEqual([
      ['@churn', `%40churn/2026-11-01/${DAY_ONE}`, 1],
      ['churn', `churn/2026-11-01/${DAY_ONE}`, 1],
      ['churn', `churn/2026-11-01/${DAY_ONE}`, 2],
      ['churn', `churn/2026-11-02/${DAY_ONE + 86_400_000}`, 1],
      ['other', `other/2026-11-01/${DAY_ONE}`, 1],
    ]);
    expect(await localSegments(log, { endpoint: 'churn', version: 2 })).toHaveLength(1);
  });

  it('can be read together with those of other signatures', async () => {
    const log = await logs();
    await log.log(loggedBlockOf([loggedNumbers('a', 1), loggedNumbers('b', 2)]));
    await log.log(
      loggedBlockOf([texts('b', 'two'), loggedNumbers('c', 3)], [], { version: 2, from: DAY_ONE + 5000 }),
    );
    expect(await rowsOf(log, 'in_a, in_b, in_c, time')).toMatchObject([
      { in_a: 1, in_b: '2.0', in_c: null },
      { in_a: null, in_b: 'two', in_c: 3 },
    ]);
    const files = await filesOf(log);
    const shapes = await withMemoryDuckDB((db) => readShapes(db, files));
    expect(shapes.map(({ shape }) => shape.inputs.map(({ name, type }) => `${name} ${type}`))).toEqual([
      ['a DOUBLE', 'b DOUBLE'],
      ['b VARCHAR', 'c DOUBLE'],
    ]);
  });

  const hasPandas = (() => {
    try {
      execFileSync('python3', ['-c', 'import pandas, pyarrow'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  it.skipIf(!hasPandas)('is read by pandas', async () => {
    const log = await logs();
    await log.log(loggedBlockOf([loggedNumbers('x', 1.5, Number.NaN, -0), texts('t', 'é', null, '')]));
    const [file] = await filesOf(log);
    const program =
      'import sys,pandas as p; d=p.read_parquet(sys.argv[1]); print(d.in_x.tolist(), d.in_t.tolist(), d.time[0], d.dtypes["in_x"])';
    const said = execFileSync('python3', ['-c', program, file!], { encoding: 'utf8' });
    expect(said.trim()).toBe("[1.5, nan, -0.0] ['é', None, ''] 2026-11-01 00:00:00+00:00 float64");
  });
});

describe('a request', () => {
  const logs = logsOf();

  it('is found with all its rows, in their order, wherever they lie', async () => {
    const log = await logs();
    const block = loggedBlockOf([loggedNumbers('x', 10, 11, 12, 13)], [texts('predict', 'a', 'b', 'c', 'd')]);
    const requestId = ['other', 'wanted', 'wanted', 'wanted'];
    await log.log({ ...block, meta: { ...block.meta, requestId, row: Uint32Array.of(0, 2, 0, 1) } });
    for (let i = 0; i < 3; i++) await log.log(loggedBlockOf([loggedNumbers('x', i)]));
    const found = await findLoggedRequest(log, 'wanted');
    expect(found.requestId).toBe('wanted');
    expect(found.rows.map(({ row, inputs, outputs }) => [row, inputs, outputs])).toEqual([
      [0, { x: 12 }, { predict: 'c' }],
      [1, { x: 13 }, { predict: 'd' }],
      [2, { x: 11 }, { predict: 'b' }],
    ]);
    expect(found.rows[0]).toMatchObject({ time: '2026-11-01T00:00:02.000Z', endpoint: 'churn', version: 1 });
    JSON.stringify(found);
    expect(found.labels).toEqual([]);
  });

  it('comes with the labels that came for it', async () => {
    const log = await logs();
    const block = loggedBlockOf([loggedNumbers('x', 1)]);
    await log.log({ ...block, meta: { ...block.meta, requestId: ['wanted'] } });
    const label = { endpoint: 'churn', unit: null, metric: 'label', value: 'yes', at: 5, receivedAt: 6 };
    await log.store.addLabels([
      { ...label, id: 1, requestId: 'wanted' },
      { ...label, id: 2, requestId: 'other' },
    ]);
    const { labels } = await findLoggedRequest(log, 'wanted');
    expect(labels).toEqual([{ metric: 'label', value: 'yes', at: 5, receivedAt: 6 }]);
  });

  it('that the log has not is said to be unknown', async () => {
    const log = await logs();
    await expect(findLoggedRequest(log, "x' OR true --")).rejects.toMatchObject({ code: 'REQUEST_UNKNOWN' });
    await log.log(loggedBlockOf([loggedNumbers('x', 1)]));
    await expect(findLoggedRequest(log, "x' OR true --")).rejects.toMatchObject({ code: 'REQUEST_UNKNOWN' });
  });
});

describe('an export', () => {
  const logs = logsOf();

  const filled = async (): Promise<TestLog> => {
    const log = await logs();
    await log.log(
      loggedBlockOf([loggedNumbers('x', 0, 1, Infinity, Number.NaN)], [loggedNumbers('predict', 5, 6, 7, 8)]),
    );
    await log.log(loggedBlockOf([loggedNumbers('x', 4, 5)], [], { version: 2, from: DAY_ONE + 4000 }));
    await log.log(loggedBlockOf([loggedNumbers('x', 9)], [], { endpoint: 'other' }));
    return log;
  };

  it('has the rows of an endpoint in the order of time, as JSON Lines', async () => {
    const log = await filled();
    const output = join(log.folder, '..', 'out.jsonl');
    expect(await exportRequests(log, { endpoint: 'churn', output, format: 'jsonl' })).toBe(6);
    const rows = readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ in_x: x }) => x)).toEqual([0, 1, 'Infinity', null, 4, 5]);
    expect(rows.map(({ out_predict: answer }) => answer)).toEqual([5, 6, 7, 8, null, null]);
    expect(rows[0]).not.toHaveProperty('file');
  });

  it('is cut to times, a version, a number of rows, or a sample that is the same each time', async () => {
    const log = await filled();
    const output = join(log.folder, '..', 'out.csv');
    const lines = async (more: object): Promise<number> => {
      const rows = await exportRequests(log, { endpoint: 'churn', output, format: 'csv', ...more });
      expect(readFileSync(output, 'utf8').trim().split('\n')).toHaveLength(rows + 1);
      return rows;
    };
    expect(await lines({ from: DAY_ONE + 1000, to: DAY_ONE + 4000 })).toBe(4);
    expect(await lines({ version: 2 })).toBe(2);
    expect(await lines({ limit: 3 })).toBe(3);
    expect(await lines({ sample: { rows: 3, seed: 7 } })).toBe(3);
    const once = readFileSync(output, 'utf8');
    await lines({ sample: { rows: 3, seed: 7 } });
    expect(readFileSync(output, 'utf8')).toBe(once);
  });

  it('is Parquet that can be read again', async () => {
    const log = await filled();
    const output = join(log.folder, '..', 'out.parquet');
    expect(await exportRequests(log, { endpoint: 'churn', output, format: 'parquet' })).toBe(6);
    const rows = await withMemoryDuckDB(async (db) =>
      (await db.runAndReadAll(`SELECT sum(out_predict), count(DISTINCT version) FROM '${output}'`)).getRows(),
    );
    expect(rows).toEqual([[26, 2n]]);
  });

  it('of nothing is refused, and writes nothing', async () => {
    const log = await filled();
    const output = join(log.folder, '..', 'none.csv');
    for (const more of [
      { endpoint: 'none' },
      { endpoint: 'churn', from: DAY_ONE + 1e9 },
      { endpoint: 'churn', version: 3 },
    ])
      await expect(exportRequests(log, { output, format: 'csv', ...more })).rejects.toMatchObject({
        code: 'LOG_EMPTY',
      });
    expect(() => statSync(output)).toThrow();
    const nowhere = {
      endpoint: 'churn',
      output: join(log.folder, 'no', 'folder.csv'),
      format: 'csv',
    } as const;
    await expect(exportRequests(log, nowhere)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});
