import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { literal } from '../../../sql/identifiers.ts';
import {
  HOOK_MILLIS,
  type PostgresServer,
  runPostgresStatement,
  startPostgres,
} from '../../../store/testing/postgres.ts';
import { openSink, openSinkWriter } from '../open.ts';
import { accountOf, laneDatabase, runOf, selectOf } from '../testing/runs.ts';
import { sessionName } from './progress.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, HOOK_MILLIS);
afterAll(() => server.stop(), HOOK_MILLIS);

const PLAIN: readonly DuckDBColumn[] = [
  { name: 'id', type: 'BIGINT' },
  { name: 'predict', type: 'DOUBLE' },
];
type Options = Parameters<typeof runOf>[1];

/** Publishes what `select` gives as one chunk. */
async function publish(uri: string, select: string, rows: number, options: Options): Promise<void> {
  const run = runOf(uri, options);
  const sink = await openSink(run);
  const writer = await openSinkWriter(run);
  try {
    await sink.prepare([]);
    await sink.publish([await writer.write(await laneDatabase(), select, accountOf(0, rows))], {});
  } finally {
    await Promise.all([writer.close(), sink.close()]);
  }
}

/** What `prepare` says of a table made by `statement`. */
async function refusal(statement: string, options: Options): Promise<{ code: string; message: string }> {
  const url = await server.database();
  await runPostgresStatement(url, statement);
  const sink = await openSink(runOf(`${url}?table=scored`, options));
  const error = await sink.prepare([]).then(
    () => ({ code: 'none', message: '' }),
    (thrown: { code: string; message: string }) => thrown,
  );
  await sink.close();
  return error;
}

describe('a table of PostgreSQL that does not fit', () => {
  test('is refused before anything is scored, each reason named', async () => {
    const { code, message } = await refusal(
      'create table scored (predict integer, day date not null, id bigint generated always as identity)',
      { columns: [...PLAIN, { name: 'region', type: 'VARCHAR' }] },
    );
    expect(code).toBe('SINK_INVALID');
    expect(message).toContain('its column "id" is generated');
    expect(message).toContain('its column "predict" is integer, double precision comes');
    expect(message).toContain('it has no column "region" (text)');
    expect(message).toContain('its column "day" is not null and has no default, nothing comes for it');
    expect(message).not.toContain('postgres@');
  });

  test('is refused for an upsert without an index that finds the key, with the statement that makes one', async () => {
    const columns = PLAIN;
    const options = { columns, mode: 'upsert' } as const;
    const table = 'create table scored (id bigint, predict double precision, x int)';
    const wanted = 'create unique index on "scored" ("id")';
    for (const index of [
      '',
      '; create unique index on scored (id, x)',
      '; create unique index on scored (id) where x > 0',
    ])
      expect((await refusal(table + index, options)).message).toContain(wanted);
    expect((await refusal(`${table}; ${wanted}`, options)).code).toBe('none');
  });

  test('is refused where it is a view', async () => {
    const view = 'create view scored as select 1::bigint as id, 0.5::float8 as predict';
    expect(await refusal(view, { columns: PLAIN })).toMatchObject({ code: 'SINK_INVALID' });
  });

  test('is refused at the first chunk whose values it does not take', async () => {
    const url = await server.database();
    await runPostgresStatement(
      url,
      'create table scored (id smallint, predict double precision check (predict < 1))',
    );
    const uri = `${url}?table=scored`;
    const failing = (select: string, run: string) =>
      publish(uri, select, 1, { columns: PLAIN, run }).catch(
        (error: { code: string; message: string }) => error,
      );
    const wide = await failing('select 70000::bigint as id, 0.5::double as predict', 'r1');
    expect(wide).toMatchObject({ code: 'SINK_INVALID', message: expect.stringContaining('out of range') });
    const large = await failing('select 7::bigint as id, 2.5::double as predict', 'r2');
    expect(large).toMatchObject({ code: 'SINK_INVALID', message: expect.stringContaining('check') });
    expect(await runPostgresStatement(url, 'select * from scored')).toEqual([]);
  });
});

describe('values on their way into PostgreSQL', () => {
  test('arrive as what they are, of every type', async () => {
    const values: readonly (readonly [type: string, literal: string, made: string, text: string])[] = [
      ['TINYINT', '-128', 'smallint', '-128'],
      ['UINTEGER', '4294967295', 'bigint', '4294967295'],
      ['UBIGINT', '18446744073709551615', 'numeric', '18446744073709551615'],
      [
        'HUGEINT',
        "'-170141183460469231731687303715884105728'",
        'numeric',
        '-170141183460469231731687303715884105728',
      ],
      [
        'DECIMAL(38,10)',
        "'1234567890123456789012345678.0123456789'",
        'numeric',
        '1234567890123456789012345678.0123456789',
      ],
      ['FLOAT', "'0.1'", 'real', '0.1'],
      ['DOUBLE', "'-0.0'", 'double precision', '-0'],
      ['DOUBLE', "'2.2250738585072014e-308'", 'double precision', '2.2250738585072014e-308'],
      ['DATE', "'0044-03-15 (BC)'", 'date', '0044-03-15 BC'],
      ['TIME', "'23:59:59.123456'", 'time without time zone', '23:59:59.123456'],
      [
        'TIMESTAMP',
        "'2024-02-29 12:34:56.789012'",
        'timestamp without time zone',
        '2024-02-29 12:34:56.789012',
      ],
      ['TIMESTAMP', "'infinity'", 'timestamp without time zone', 'infinity'],
      [
        'TIMESTAMP WITH TIME ZONE',
        "'2024-02-29 12:34:56+05:30'",
        'timestamp with time zone',
        '2024-02-29 07:04:56+00',
      ],
      ['INTERVAL', "'1 year 2 months 3 days 04:05:06.5'", 'interval', '1 year 2 mons 3 days 04:05:06.5'],
      ['UUID', "'5f0c5b3e-8d1a-4c0e-9b55-0123456789ab'", 'uuid', '5f0c5b3e-8d1a-4c0e-9b55-0123456789ab'],
      ['BLOB', "'\\x00\\xFFab'", 'bytea', '\\x00ff6162'],
      ['INTEGER[]', '[1, NULL, 3]', 'jsonb', '[1, null, 3]'],
      ['STRUCT(a INTEGER, b VARCHAR)', "{'a': 1, 'b': 'x\"y'}", 'jsonb', '{"a": 1, "b": "x\\"y"}'],
      ["ENUM('red', 'green')", "'green'", 'text', 'green'],
    ];
    const url = await server.database();
    const columns = values.map(([type], i) => ({ name: `c${i}`, type }));
    const cells = values.map(([type, literal], i) => `CAST(${literal} AS ${type}) AS c${i}`);
    await publish(`${url}?table=scored`, `SELECT ${cells.join(', ')}`, 1, { columns });
    const typed = values.map((_, i) => `pg_typeof(c${i})::text || ':' || c${i}::text as c${i}`);
    const inUtc = `${url}?options=-c%20TimeZone%3DUTC`;
    const [row] = (await runPostgresStatement(inUtc, `select ${typed.join(', ')} from scored`)) as Record<
      string,
      string
    >[];
    expect(Object.values(row!)).toEqual(values.map(([, , made, text]) => `${made}:${text}`));
  });

  test('go into the types of a table that is there', async () => {
    const url = await server.database();
    await runPostgresStatement(
      url,
      `create type colour as enum ('red'); create domain score as real;
      create table scored (id numeric, predict score, colour colour, mark uuid, doc jsonb, day timestamptz, n text)`,
    );
    const columns = [
      ...PLAIN,
      { name: 'colour', type: 'VARCHAR' },
      { name: 'mark', type: 'VARCHAR' },
      { name: 'doc', type: 'VARCHAR' },
      { name: 'day', type: 'DATE' },
      { name: 'n', type: 'INTEGER' },
    ];
    const select = `select 9007199254740993::bigint as id, 0.5::double as predict, 'red' as colour,
      '5f0c5b3e-8d1a-4c0e-9b55-0123456789ab' as mark, '{"a": [1]}' as doc, date '2024-01-02' as day, 7 as n`;
    await publish(`${url}?table=scored`, select, 1, { columns });
    expect(
      await runPostgresStatement(
        url,
        "select id::text, predict, colour, doc, day = '2024-01-02 00:00:00Z' as day, n from scored",
      ),
    ).toEqual([{ id: '9007199254740993', predict: 0.5, colour: 'red', doc: { a: [1] }, day: true, n: '7' }]);
  });

  test('are texts of every length, whatever they are made of', async () => {
    const url = await server.database();
    const values = ['a', 'ü', '✓', '𝄞'].flatMap((letter) =>
      Array.from({ length: 45 }, (_, length) => letter.repeat(length)),
    );
    const select = `select * from (values ${values.map((value, i) => `(${i}, ${literal(value)})`).join(', ')}) as v(id, t)`;
    const columns = [
      { name: 'id', type: 'INTEGER' },
      { name: 't', type: 'VARCHAR' },
    ];
    await publish(`${url}?table=scored`, select, values.length, { columns });
    expect(await runPostgresStatement(url, 'select t from scored order by id')).toEqual(
      values.map((t) => ({ t })),
    );
  });

  test('go as numbers into numeric and as texts into text', async () => {
    const url = await server.database();
    await runPostgresStatement(url, 'create table scored (id text, predict numeric, day text)');
    const columns = [...PLAIN, { name: 'day', type: 'DATE' }];
    const values = `(1, 1e-07, date '2024-01-02'), (2, 'nan', null), (3, 'inf', null), (4, null, null), (5, -12345.678, null)`;
    const select = `select id::bigint as id, p::double as predict, day::date as day from (values ${values}) as v(id, p, day)`;
    await publish(`${url}?table=scored`, select, 5, { columns });
    expect(await runPostgresStatement(url, 'select id, predict::text, day from scored order by id')).toEqual([
      { id: '1', predict: '0.0000001', day: '2024-01-02' },
      { id: '2', predict: 'NaN', day: null },
      { id: '3', predict: 'Infinity', day: null },
      { id: '4', predict: null, day: null },
      { id: '5', predict: '-12345.678', day: null },
    ]);
  });

  test('are refused with NUL, which PostgreSQL has in no text', async () => {
    const columns = [{ name: 'id', type: 'VARCHAR' }];
    const error = await publish(`${await server.database()}?table=scored`, `select 'a' || chr(0) as id`, 1, {
      columns,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SINK_INVALID', message: expect.stringContaining('0x00') });
  });

  test('a text alone on its line that ends a COPY in other formats is a text', async () => {
    const url = await server.database();
    const columns = [{ name: 'id', type: 'VARCHAR' }];
    await publish(
      `${url}?table=scored`,
      String.raw`select * from (values ('\.'), ('\N'), (''), (NULL)) as t(id)`,
      4,
      { columns },
    );
    expect(await runPostgresStatement(url, 'select id from scored')).toEqual([
      { id: '\\.' },
      { id: '\\N' },
      { id: '' },
      { id: null },
    ]);
  });

  test('names that hold quotes are names', async () => {
    const url = await server.database();
    const name = `a"; drop table x; --'`;
    await publish(
      `${url}?table=${encodeURIComponent(`"${name.replaceAll('"', '""')}"`)}`,
      'select 1::bigint as "i""d"',
      1,
      {
        columns: [{ name: 'i"d', type: 'BIGINT' }],
      },
    );
    expect(await runPostgresStatement(url, `select * from "${name.replaceAll('"', '""')}"`)).toEqual([
      { 'i"d': '1' },
    ]);
  });
});

describe('upserts into PostgreSQL', () => {
  const columns = PLAIN;
  const rows = (text: string): string =>
    `select id::bigint as id, p::double as predict from (values ${text}) as v(id, p)`;

  for (const publishing of ['whole', 'chunks'] as const)
    test(`replace rows of the same key and leave the others and other columns, ${publishing}`, async () => {
      const url = await server.database();
      await runPostgresStatement(
        url,
        `create table scored (id bigint primary key, predict double precision, note text);
        insert into scored values (1, 0.1, 'kept'), (2, 0.2, 'kept')`,
      );
      await publish(`${url}?table=scored`, rows('(2, 0.9), (3, 0.3)'), 2, {
        columns,
        mode: 'upsert',
        publish: publishing,
      });
      expect(await runPostgresStatement(url, 'select * from scored order by id')).toEqual([
        { id: '1', predict: 0.1, note: 'kept' },
        { id: '2', predict: 0.9, note: 'kept' },
        { id: '3', predict: 0.3, note: null },
      ]);
    });

  test('of a key that comes twice are refused', async () => {
    for (const publishing of ['whole', 'chunks'] as const) {
      const uri = `${await server.database()}?table=scored`;
      const options = { columns, mode: 'upsert', publish: publishing } as const;
      const error = await publish(uri, rows('(2, 0.9), (2, 0.3)'), 2, options).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'KEY_DUPLICATE' });
    }
  });
});

describe('a database that goes away', () => {
  test('is found again by the next attempt, and a commit whose answer was lost is found by its progress row', async () => {
    const url = await server.database();
    const run = runOf(`${url}?table=scored`);
    const sink = await openSink(run);
    await sink.prepare([]);
    const writer = await openSinkWriter(run);
    const db = await laneDatabase();
    await writer.write(db, selectOf(0), accountOf(0));

    await server.kill();
    await expect(writer.write(db, selectOf(1), accountOf(1))).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
    });
    await expect(sink.publish([accountOf(0)], {})).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    await server.start();
    await writer.write(db, selectOf(1), accountOf(1));
    // As after a commit that nobody heard of: the chunk is written again.
    expect(await writer.write(db, selectOf(1), accountOf(1))).toEqual(accountOf(1));
    await sink.publish([accountOf(0), accountOf(1)], {});
    expect(
      await runPostgresStatement(url, 'select count(*)::int as n, count(distinct id)::int as k from scored'),
    ).toEqual([{ n: 100, k: 100 }]);
    await Promise.all([writer.close(), sink.close()]);
  });

  test('an earlier holder that hangs in the middle of a chunk does not keep the next one waiting', async () => {
    const url = await server.database();
    const run = runOf(`${url}?table=scored`);
    const sink = await openSink(run);
    await sink.prepare([]);
    // As its worker would: a transaction that has read the fence and never ends.
    const hanging = new pg.Client({ connectionString: url, application_name: sessionName(run) });
    hanging.on('error', () => undefined);
    await hanging.connect();
    await hanging.query('begin; select * from plimsoll_batch.runs for share');
    const next = await openSink({ ...run, fence: 2 });
    const start = performance.now();
    await next.prepare([]);
    expect(performance.now() - start).toBeLessThan(10_000);
    await Promise.all([next.close(), sink.close()]);
  });

  test('names what refuses, without the password', async () => {
    const sink = await openSink(runOf('postgres://me:sesame@127.0.0.1:1/db?table=t'));
    const error = await sink.prepare([]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SINK_UNAVAILABLE' });
    expect(JSON.stringify(error)).not.toContain('sesame');
  });
});
