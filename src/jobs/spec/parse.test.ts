import { describe, expect, it } from 'vitest';
import { type Flags, specOf } from './flags.ts';
import { type Surroundings, specsOf } from './parse.ts';

const HERE: Surroundings = { cores: 8, folder: '/home', isThere: (path) => path.endsWith('.joblib') };
const FLAGS: Flags = {
  job: 'nightly',
  model: 'm.joblib',
  input: 'in/*.parquet',
  output: 'out.parquet',
  key: 'id',
};

const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'SPEC_INVALID' });
    return (error as { details: { list: readonly string[] } }).details.list;
  }
};
const refused = (more: Partial<Flags>) => problemsOf(() => specOf({ ...FLAGS, ...more }, HERE));

describe('a job by flags', () => {
  it('has columns of reasons where they are asked for, and not on Spark', () => {
    const explain = { top: 5, reasons: null, output: 'raw', method: null };
    expect(specOf({ ...FLAGS, explain: '5', explainOutput: 'raw' }, HERE).explain).toEqual(explain);
    expect(specOf({ ...FLAGS, explainMethod: 'exact' }, HERE).explain).toMatchObject({
      top: 3,
      method: 'exact',
    });
    expect(refused({ explain: '0', explainMethod: 'shap' })).toEqual([
      expect.stringMatching(/^--explain is 0/),
      expect.stringMatching(/^--explain-method is "shap"/),
    ]);
    expect(refused({ explain: '3', engine: 'spark' })).toEqual([
      '--explain is not for Spark, which scores only: leave out spark',
    ]);
  });

  it('has every default, and paths in full', () => {
    expect(specOf(FLAGS, HERE)).toEqual({
      job: 'nightly',
      model: '/home/m.joblib',
      source: { uri: '/home/in/*.parquet', format: null },
      key: 'id',
      columns: [],
      features: null,
      sink: { uri: '/home/out.parquet', format: null, mode: 'append', publish: 'whole', stamps: [] },
      options: {
        chunkRows: 122_880,
        lanes: 2,
        budget: { rows: null, share: null },
        duplicates: 'fail',
        holdDistance: null,
        holdRows: null,
        hourlyCost: null,
      },
    });
    expect(specOf(FLAGS, { ...HERE, cores: 1 }).options.lanes).toBe(1);
  });

  it('keeps what was chosen of the model file, and says by which flag it cannot', () => {
    const chosen = { member: 'scaler,model', missing: -999, iterations: 20 };
    expect(specOf({ ...FLAGS, ...chosen }, HERE).choices).toEqual(chosen);
    expect(refused({ iterations: 0 })).toEqual([expect.stringMatching(/^--iterations is 0/)]);
  });

  it('takes all that can be said', () => {
    const spec = specOf(
      {
        ...FLAGS,
        model: 'churn@champion',
        input: 'in.txt?format=csv',
        output: 'postgres://u@h/db?table=t',
        columns: 'a, "b,""c",id',
        features: 'x,y',
        mode: 'upsert',
        publish: 'chunks',
        stamps: 'predicted_at,model_version',
        chunkRows: '10_000',
        lanes: '4',
        maxBad: '0.5%',
        duplicates: 'skip',
        holdDistance: '0.1',
        holdRows: '0.5',
        hourlyCost: '1.25',
      },
      HERE,
    );
    expect(spec).toMatchObject({
      model: 'churn@champion',
      source: { uri: '/home/in.txt', format: 'csv' },
      columns: ['a', 'b,"c'],
      features: ['x', 'y'],
      sink: { mode: 'upsert', publish: 'chunks', stamps: ['predicted_at', 'model_version'] },
      options: {
        chunkRows: 10_000,
        lanes: 4,
        budget: { rows: null, share: 0.005 },
        holdDistance: 0.1,
        hourlyCost: 1.25,
      },
    });
    expect(specOf({ ...FLAGS, maxBad: '100' }, HERE).options.budget).toEqual({ rows: 100, share: null });
  });

  it.each([
    ['a.csv', '/home/a.csv'],
    ['./x/../a.csv', '/home/a.csv'],
    ['../../../a/', '/a/'],
    ['/abs/dir/', '/abs/dir/'],
    ['file:///abs/a.csv', 'file:///abs/a.csv'],
    ['sqlite:a.db?table=t', 'sqlite:/home/a.db?table=t'],
    ['duckdb:../a.duckdb?query=select * from x', 'duckdb:/a.duckdb?query=select * from x'],
    ['s3://bucket/a.csv', 's3://bucket/a.csv'],
  ])('reads %s as %s', (input, full) => {
    expect(specOf({ ...FLAGS, input }, HERE).source.uri).toBe(full);
  });

  it('names every flag that is wrong at once', () => {
    expect(
      refused({
        job: 'a/b',
        input: undefined,
        key: undefined,
        chunkRows: '0',
        lanes: 'many',
        maxBad: '1e',
        duplicates: 'no',
      }),
    ).toEqual([
      '--input is missing, wanted a path or a URI',
      '--key is missing, wanted the name of a column',
      '--chunk-rows is 0, wanted a number from 1 to 10000000 in steps of 1',
      '--lanes is "many", wanted a number from 1 to 64 in steps of 1',
      '--max-bad is "1e", wanted a number of rows such as 100, or a share such as "1%"',
      '--duplicates is "no", wanted one of fail, skip, allow',
      '--job is "a/b", wanted letters, digits, ".", "_" or "-", at most 128, beginning with a letter or digit',
    ]);
  });

  it.each([
    [{ mode: 'upsert' }, '--mode is upsert, which databases do: of files, wanted append'],
    [{ publish: 'chunks' }, '--publish is chunks, which PostgreSQL does: wanted whole'],
    [{ output: 'in/*.parquet' }, '--output is the input itself, wanted another place'],
    [{ input: 'a.csv', output: './b/../a.csv' }, '--output is the input itself, wanted another place'],
    [
      { output: 'in/scored.parquet' },
      '--output lies in the input, where the next run would read it: wanted another place',
    ],
    [
      { output: 'https://h/a' },
      '--output is an address of HTTP, wanted a path, postgres://, sqlite:, duckdb: or s3://',
    ],
    [{ columns: 'a,b,a' }, '--columns has "a" twice'],
    [
      { input: 'a.csv?format=parquet', inputFormat: 'csv' },
      '--input-format is csv, and its URI says parquet: wanted one of them',
    ],
    [{ input: 'a\0b' }, '--input is no readable text of at most 110000 characters'],
    [{ input: 'x'.repeat(110_001) }, '--input is no readable text of at most 110000 characters'],
    [
      { output: 'postgres://h/d?table=t', mode: 'upsert', duplicates: 'allow' },
      '--duplicates is allow, which upsert cannot do: it keeps one row of a key',
    ],
  ] as [Partial<Flags>, string][])('refuses %j', (more, problem) => {
    expect(refused(more)).toEqual([problem]);
  });

  it('never tells a password', () => {
    for (const output of [
      'postgres://u:canary/x@h/db',
      'postgres://u:canary?x@h/db?table=t',
      'postgres://u:canary@h/db?x=1',
    ])
      expect(refused({ output, chunkRows: '0' }).join()).not.toContain('canary');
  });
});

describe('jobs in YAML', () => {
  const job = {
    model: 'churn@2',
    input: 'a.csv',
    key: 'id',
    output: { uri: 'b.csv', stamps: ['request_id'] },
  };

  it('are read as a table, with their schedule as it is written', () => {
    const [one, two] = specsOf({ one: job, two: { ...job, schedule: { cron: '0 2 * * *' } } }, HERE);
    expect(one).toMatchObject({
      spec: { job: 'one', model: 'churn@2', sink: { stamps: ['request_id'] } },
      schedule: null,
    });
    expect(two).toMatchObject({ spec: { job: 'two' }, schedule: { cron: '0 2 * * *' } });
    expect([specsOf(undefined, HERE), specsOf(null, HERE)]).toEqual([[], []]);
  });

  it('are refused with the path of every mistake, and what was meant', () => {
    const wrong = {
      ...job,
      modle: 'x',
      output: { uri: 'b.csv', stampz: [] },
      options: { lane: 2, budget: -1 },
    };
    expect(problemsOf(() => specsOf({ a: wrong }, HERE))).toEqual([
      expect.stringMatching(
        /^jobs\.a\.modle is no key here, wanted one of model, .*; did you mean "model"\?$/,
      ),
      expect.stringMatching(/^jobs\.a\.output\.stampz is no key here, .*; did you mean "stamps"\?$/),
      expect.stringMatching(/^jobs\.a\.options\.lane is no key here, .*; did you mean "lanes"\?$/),
      'jobs.a.options.budget is -1, wanted a number of rows such as 100, or a share such as "1%"',
    ]);
  });

  it.each([
    [[]],
    ['text'],
    [{ a: null }],
    [{ a: 3 }],
    [{ a: [] }],
    [JSON.parse('{"__proto__": {"key": 1}}')],
  ])('that are %j are refused, and nothing else happens', (jobs) => {
    expect(problemsOf(() => specsOf(jobs, HERE)).length).toBeGreaterThan(0);
  });
});
