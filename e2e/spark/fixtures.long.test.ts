/** Every fixture model answers the same bits on Spark: its rows are read, scored and compared there, in one session. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { isPlimsollError } from '../../src/core/errors.ts';
import { readModelFile } from '../../src/files/read-model.ts';
import { openSource } from '../../src/jobs/sources/open.ts';
import { sparkJob } from '../../src/jobs/spark/job.ts';
import { makeAssets } from '../../src/jobs/spark/project.ts';
import { scoreSample } from '../../src/jobs/spark/sample.ts';
import { freezeNow } from '../../src/jobs/spark/staging.ts';
import { submitArguments } from '../../src/jobs/spark/submit.ts';
import type { JobSpec } from '../../src/jobs/spec/spec.ts';
import { exampleRow } from '../../src/registry/boundary/example.ts';
import { BUNDLE_MANIFEST, CONVERTER, digestFileSync, ORIGINAL } from '../../src/registry/bundle.ts';
import { createEngine } from '../../src/registry/engines.ts';
import type { BundleManifest } from '../../src/registry/version.ts';
import { bindInputs } from '../../src/scorer/bind.ts';
import { openScorer } from '../../src/scorer/open.ts';
import { identifier, literal } from '../../src/sql/identifiers.ts';
import { ROOT } from '../cli.ts';
import { type FixtureFile, listFixtures, readFixture } from '../exactness/fixture.ts';
import { SPARK_CONF, sparkEnvironment } from './cluster.ts';

const all = listFixtures(join(ROOT, 'fixtures/models'));
/** Those of the newest release, since lists differ little and Spark takes a second for each; or what a pattern names. */
const pattern = process.env['PLIMSOLL_SPARK_FIXTURES'];
const files = all.filter(({ release, name }) =>
  pattern === undefined ? release === all.at(-1)!.release : new RegExp(pattern).test(`${release}/${name}`),
);
const releases = [...new Set(files.map(({ release }) => release))];
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-spark-fixtures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The rows of a fixture as a Parquet file; null where a column mixes kinds, which Parquet has no type for. */
async function writeRows(file: FixtureFile, path: string): Promise<boolean> {
  const { dataframe_split: split, instances } = readFixture(file).input as {
    dataframe_split?: { columns: string[]; data: unknown[][] };
    instances?: unknown[];
  };
  const rows = (split?.data ?? instances ?? []).map((row) => (Array.isArray(row) ? row : [row]) as unknown[]);
  const names = split?.columns ?? rows[0]?.map((_, j) => `f${j}`) ?? [];
  const types = names.map((_, j) => typeOf(rows.map((row) => row[j])));
  if (types.includes(null) || names.length === 0 || names.join('').includes('\0')) return false;
  const columns = names.map((name, j) => `c${j}::${types[j]} AS ${identifier(name)}`);
  const values = rows.map((row, i) => `(${[i, ...row.map(sqlOf)].join(', ')})`).join(', ');
  const aliases = ['id', ...names.map((_, j) => `c${j}`)].join(', ');
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(
    `COPY (SELECT id::BIGINT AS "row id", ${columns} FROM (VALUES ${values}) t(${aliases})) TO ${literal(path)} (FORMAT parquet)`,
  );
  db.closeSync();
  return true;
}

function typeOf(cells: readonly unknown[]): string | null {
  const kinds = new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell));
  const [kind = 'number'] = kinds;
  if (kinds.size > 1) return null;
  return { number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN' }[kind as string] ?? null;
}

/** A cell as SQL; a statement itself ends at a NUL. */
function sqlOf(cell: unknown): string {
  if (typeof cell === 'number') return `'${cell}'::DOUBLE`;
  if (typeof cell !== 'string') return String(cell);
  return `(${cell.split('\0').map(literal).join(' || chr(0) || ')})`;
}

/** A bundle without proof: what is proved elsewhere takes an hour for all. */
async function writeBundle(file: FixtureFile, path: string): Promise<BundleManifest | null> {
  const { content, ...read } = readModelFile(file.model);
  if (content === null) return null;
  const runtime = await createEngine(content, 'native').then(
    () => 'native' as const,
    () => 'onnx' as const,
  );
  const manifest = {
    ...{ schema: 1, converter: CONVERTER, digest: digestFileSync(file.model), file: basename(file.model) },
    ...{ sideFiles: [], size: statSync(file.model).size, maxModel: null, format: '', compression: null },
    ...{ framework: read.framework, signature: content.signature, runtime, graph: false, rowMicros: 1 },
    ...{ verification: null, example: exampleRow(content).row },
  } as unknown as BundleManifest;
  mkdirSync(join(path, ORIGINAL), { recursive: true });
  copyFileSync(file.model, join(path, ORIGINAL, manifest.file));
  writeFileSync(join(path, BUNDLE_MANIFEST), JSON.stringify(manifest));
  return manifest;
}

/** Makes the job of a fixture, with what an archive is unpacked to beside it; what it is not one for is said. */
async function makeProject(file: FixtureFile, root: string, assets: string): Promise<string | null> {
  const project = join(root, file.name);
  const bundle = join(folder, 'bundles', file.release, file.name);
  const input = join(folder, `${file.release}-${file.name}.parquet`);
  const manifest = await writeBundle(file, bundle);
  if (manifest === null) return 'no model';
  if (!(await writeRows(file, input))) return 'no table';
  const spec = {
    job: file.name,
    source: { uri: input, format: null },
    key: 'row id',
    columns: [],
    features: null,
  } as unknown as JobSpec;
  const source = await openSource(spec, {});
  const frozen = await freezeNow(source, new AbortController().signal);
  const inputs = bindInputs(manifest.signature, frozen.columns, spec);
  const scorer = await openScorer({ bundle, manifest }, inputs);
  mkdirSync(project, { recursive: true });
  const { types, outputs } = scorer;
  const job = sparkJob({ spec, frozen, inputs, types, outputs, staging: '', sample: 'sample.parquet' });
  await scoreSample({
    reader: source.reader(frozen, [spec.key, ...inputs], types),
    chunk: (await source.chunks(frozen, 100_000))[0]!,
    ...{ key: spec.key, scorer, path: join(project, job.sample!), folder, measureMillis: 0, clock },
  });
  await scorer.close();
  writeFileSync(join(project, 'job.json'), JSON.stringify(job));
  symlinkSync(join(assets, 'scorer'), join(project, 'scorer'));
  symlinkSync(bundle, join(project, 'bundle'));
  return null;
}

/** Rows that depend on each other, outputs that are no table, names of columns that a file cannot have. */
const NOT_FOR_BATCHES: ReadonlySet<string> = new Set(['BATCH_UNSUPPORTED', 'INPUT_COLUMNS', 'INPUT_INVALID']);

interface Said {
  readonly event: string;
  readonly cells?: number;
}

test.each(releases)(
  'every model of %s',
  async (release) => {
    const assets = await makeAssets(join(folder, 'assets', release));
    symlinkSync(join(ROOT, 'node_modules'), join(assets, 'scorer/node_modules'));
    const root = join(folder, release);
    const left: string[] = [];
    for (const file of files.filter((one) => one.release === release))
      try {
        const reason = await makeProject(file, root, assets);
        if (reason !== null) left.push(`${file.name}: ${reason}`);
      } catch (error) {
        if (!isPlimsollError(error) || !NOT_FOR_BATCHES.has(error.code)) throw error;
        left.push(`${file.name}: ${error.message}`);
        rmSync(join(root, file.name), { recursive: true, force: true });
      }
    const env = sparkEnvironment();
    const options = submitArguments(assets, { master: 'local[2]', conf: SPARK_CONF });
    const withoutJob = options.slice(0, options.indexOf('--archives'));
    const py = ['job.py', 'plimsoll_scoring.py', 'plimsoll_cells.py']
      .map((name) => join(assets, name))
      .join(',');
    withoutJob[withoutJob.indexOf('--py-files') + 1] = py;
    const { stdout, stderr, status } = spawnSync(
      join(env['SPARK_HOME']!, 'bin/spark-submit'),
      [...withoutJob, join(import.meta.dirname, 'fixtures.py'), root],
      { env, encoding: 'utf8', maxBuffer: 2 ** 30 },
    );
    const said = stdout
      .split('\n')
      .flatMap((line): Said[] => (line.startsWith('{"event"') ? [JSON.parse(line)] : []));
    expect({ status, stderr: status === 0 ? '' : stderr.slice(-5000) }).toEqual({ status: 0, stderr: '' });
    expect(said.filter(({ event }) => event !== 'sample')).toEqual([]);
    const scored = said.filter(({ cells }) => (cells ?? 0) > 0).length;
    console.log(`${release}: ${scored} models are the same on Spark, ${left.length} are not for batch jobs`);
    expect(scored + left.length).toBe(files.filter((one) => one.release === release).length);
    expect(left.length).toBeLessThanOrEqual(files.length / 5);
  },
  3_600_000,
);
