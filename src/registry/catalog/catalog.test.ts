import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { openStore } from '../../store/open.ts';
import type { Store, VersionRow } from '../../store/store.ts';
import type { NewVersion } from '../new-version.ts';
import { type CatalogOptions, ModelCatalog } from './catalog.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
const IRIS = join(EXAMPLES, 'iris.joblib');
const CHURN = join(EXAMPLES, 'churn.joblib');
const GOLDEN = join(EXAMPLES, 'golden/iris.json');
const ONNX = join(import.meta.dirname, '../../../fixtures/onnx');

const actor = { by: 'ada', reason: 'a test' };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

// Each proof is two processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 });

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-catalog-'));
  store = await openStore('sqlite::memory:');
});
afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const catalogWith = (options: Partial<CatalogOptions> = {}): ModelCatalog =>
  new ModelCatalog({ store, dataDir, clock, logger, ...options });

const add = (
  catalog: ModelCatalog,
  model: string,
  source: string | NewVersion,
  current: Signature | null = null,
): Promise<VersionRow> =>
  catalog.add(model, typeof source === 'string' ? { path: source } : source, actor, {
    current: () => Promise.resolve(current),
  });

/** The same model in other bytes: its zlib stream written at another level. */
function recompressed(path: string, level: number): string {
  const other = join(dataDir, `level-${level}.joblib`);
  writeFileSync(other, deflateSync(inflateSync(readFileSync(path)), { level }));
  return other;
}

const nothing = () => Promise.resolve(null);
const code = (name: string) => expect.objectContaining({ code: name });
const audited = async (): Promise<string[]> =>
  (await store.tables.audit.list({ limit: 1000 })).items.map(({ what, subject }) => `${what} ${subject}`);

test('a file becomes version 1, ready after every check, each with a line that people can read', async () => {
  const stages: string[] = [];
  const row = await catalogWith().add(
    'iris',
    { path: IRIS, golden: GOLDEN, labels: { team: 'plants' }, note: 'first' },
    actor,
    { current: nothing, onProgress: (stage) => stages.push(stage) },
  );
  expect(row).toMatchObject({
    model: 'iris',
    version: 1,
    state: 'ready',
    file: 'iris.joblib',
    labels: { team: 'plants' },
    note: 'first',
    createdBy: 'ada',
  });
  expect(row.checks.map(({ name, ok }) => [name, ok])).toEqual(
    ['checksum', 'format', 'golden', 'self-test', 'signature', 'warm-up', 'memory'].map((name) => [
      name,
      true,
    ]),
  );
  const details = row.checks.map(({ detail }) => detail);
  expect(details[1]).toMatch(/^scikit-learn [\d.]+ \(.*\), runs on (native|onnx) in [\d.]+ µs a row$/);
  expect(details[2]).toMatch(/^\d+ cells of \d+ rows compared with the expected outputs: equal to the bit$/);
  expect(details[6]).toMatch(/^[\d.]+ [kM]B once loaded, [\d.]+ [kMG]B while it loads; .* is free$/);
  expect(stages).toEqual(['reading', 'building engines', 'comparing engines', 'measuring', 'warming up']);
  expect(await audited()).toEqual(['version.validating iris@1', 'version.ready iris@1']);
});

test('the same bytes again are the same version, other bytes are the next one', async () => {
  const catalog = catalogWith();
  const first = await add(catalog, 'iris', IRIS);
  const stages: string[] = [];
  const again = await catalog.add('iris', { path: IRIS }, actor, {
    current: nothing,
    onProgress: (stage) => stages.push(stage),
  });
  expect(again).toEqual(first);
  expect(stages).toEqual([]);
  expect(await add(catalog, 'iris', recompressed(IRIS, 9))).toMatchObject({ version: 2, state: 'ready' });
  expect(await add(catalog, 'flowers', IRIS)).toMatchObject({ version: 1, digest: first.digest });
});

test('two who push the same file at once get one version', async () => {
  const catalog = catalogWith();
  const rows = await Promise.all([add(catalog, 'iris', IRIS), add(catalog, 'iris', IRIS)]);
  expect(rows[0]).toEqual(rows[1]);
  expect((await store.tables.versions.list('iris')).items).toHaveLength(1);
});

test('a version whose inputs break callers is refused, naming each difference, unless that is said to be wanted', async () => {
  const catalog = catalogWith();
  const iris = await add(catalog, 'm', IRIS);
  const current = (await catalog.accepted(iris)).manifest.signature;
  const refused = await add(catalog, 'm', CHURN, current);
  expect(refused).toMatchObject({ version: 2, state: 'refused' });
  const check = refused.checks.at(-1)!;
  expect(check).toMatchObject({ name: 'signature', ok: false });
  expect(check.detail).toMatch(/^Refused m: \d+ changes would break its callers: /);
  expect(check.detail).toContain('input "sepal_length" is gone: rows that hold it are refused');
  expect(check.detail).toContain('(SIGNATURE_BREAKING)');
  const wanted = await add(catalog, 'm', { path: CHURN, breaking: true }, current);
  expect(wanted).toMatchObject({ version: 2, state: 'ready' });
  expect(wanted.checks.find(({ name }) => name === 'signature')!.detail).toMatch(/^breaking, as was said/);
});

test('a retrained version of the same model has the same inputs and outputs', async () => {
  const catalog = catalogWith();
  const first = await add(catalog, 'iris', IRIS);
  const { manifest } = await catalog.accepted(first);
  const second = await add(catalog, 'iris', recompressed(IRIS, 1), manifest.signature);
  expect(second.checks.find(({ name }) => name === 'signature')!.detail).toBe('the same inputs and outputs');
});

test('golden rows that differ refuse a new version, and are an error for a ready one, which stays', async () => {
  const catalog = catalogWith();
  const golden = join(dataDir, 'golden.json');
  const wrong = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  wrong.expected.predict[0] = 'not-a-flower';
  writeFileSync(golden, JSON.stringify(wrong));
  const refused = await add(catalog, 'iris', { path: IRIS, golden });
  expect(refused.state).toBe('refused');
  expect(refused.checks).toEqual([
    { name: 'golden', ok: false, detail: expect.stringMatching(/answered setosa, expected not-a-flower/) },
  ]);
  const ready = await add(catalog, 'iris', { path: IRIS, golden: GOLDEN });
  expect(ready).toMatchObject({ version: 1, state: 'ready' });
  await expect(add(catalog, 'iris', { path: IRIS, golden })).rejects.toEqual(code('GOLDEN_DIFFERS'));
  expect(await store.tables.versions.get('iris', 1)).toEqual(ready);
});

test('golden rows that a ready version passes are added to its checks', async () => {
  const catalog = catalogWith();
  const before = await add(catalog, 'iris', IRIS);
  const after = await add(catalog, 'iris', { path: IRIS, golden: GOLDEN });
  expect(before.checks.some(({ name }) => name === 'golden')).toBe(false);
  expect(after.checks.find(({ name }) => name === 'golden')).toMatchObject({ ok: true });
  expect(after.checks).toHaveLength(before.checks.length + 1);
  expect((await catalog.accepted(after)).manifest.verification.proof).toBe('golden');
});

test('a file that runs code, is cut short or is no model is a refused version with the reason, and no bundle', async () => {
  const catalog = catalogWith();
  const cases: [string, Uint8Array | string, RegExp][] = [
    ['evil.pkl', "cos\nsystem\n(S'touch /tmp/plimsoll-canary'\ntR.", /\(READ_UNSAFE\)$/],
    ['cut.joblib', readFileSync(IRIS).subarray(0, 4000), /\(READ_(CORRUPT|TRUNCATED)\)$/],
    ['note.txt', 'just a text', /\((FORMAT_UNKNOWN|READ_CORRUPT|READ_TRUNCATED)\)$/],
  ];
  for (const [name, content, detail] of cases) {
    const path = join(dataDir, name);
    writeFileSync(path, content);
    const row = await add(catalog, 'bad', path);
    expect(row).toMatchObject({ state: 'refused', file: name });
    expect(row.checks).toEqual([{ name: 'format', ok: false, detail: expect.stringMatching(detail) }]);
  }
  expect(existsSync('/tmp/plimsoll-canary')).toBe(false);
  expect(readdirSync(join(dataDir, 'bundles'))).toEqual([]);
  expect(await audited()).toContain('version.refused bad@1');
});

test('a version that does not fit into memory is refused with the numbers', async () => {
  const catalog = catalogWith({ available: () => 1000, copies: 4 });
  const row = await add(catalog, 'iris', IRIS);
  expect(row.state).toBe('refused');
  expect(row.checks.at(-1)).toEqual({
    name: 'memory',
    ok: false,
    detail: expect.stringMatching(
      /^Refused iris: it needs [\d.]+ [kM]B of memory \([\d.]+ [kM]B in each of 4 processes\), 1 kB is free \(MEMORY_SHORT\)$/,
    ),
  });
});

test('a version that was refused is proved again from the start when it is pushed again', async () => {
  const refused = await add(catalogWith({ available: () => 1000 }), 'iris', IRIS);
  expect(refused.state).toBe('refused');
  expect(readdirSync(join(dataDir, 'bundles'))).toEqual([refused.digest]);
  const stages: string[] = [];
  const onProgress = (stage: string) => stages.push(stage);
  const again = await catalogWith().add('iris', { path: IRIS }, actor, { current: nothing, onProgress });
  expect(again).toMatchObject({ version: refused.version, state: 'ready' });
  expect(stages).toContain('comparing engines');
});

test('what says nothing about the file is an error, and a version is only refused where one was numbered', async () => {
  const catalog = catalogWith();
  await expect(add(catalog, 'iris', join(dataDir, 'none'))).rejects.toEqual(code('FILE_NOT_FOUND'));
  await expect(add(catalog, 'i r i s', IRIS)).rejects.toEqual(code('VERSION_INVALID'));
  await expect(add(catalog, 'iris', { path: IRIS, labels: { 'a b': 'c' } })).rejects.toEqual(
    code('VERSION_INVALID'),
  );
  expect((await store.tables.versions.models()).items).toEqual([]);
  const golden = join(dataDir, 'golden.json');
  writeFileSync(golden, '{"input": ');
  await expect(add(catalog, 'iris', { path: IRIS, golden })).rejects.toEqual(code('GOLDEN_INVALID'));
  expect(await store.tables.versions.get('iris', 1)).toMatchObject({ state: 'refused' });
});

test('a graph whose weights lie beside it is another version when they change', async () => {
  const catalog = catalogWith();
  const path = join(dataDir, 'external.onnx');
  const side = join(dataDir, 'external.onnx.data');
  copyFileSync(join(ONNX, 'external.onnx'), path);
  copyFileSync(join(ONNX, 'external.onnx.data'), side);
  const first = await add(catalog, 'graph', path);
  expect(await add(catalog, 'graph', path)).toEqual(first);
  const bytes = readFileSync(side);
  bytes[3]! ^= 1;
  writeFileSync(side, bytes);
  const second = await add(catalog, 'graph', path);
  expect([first.version, second.version]).toEqual([1, 2]);
  expect(second.digest).not.toBe(first.digest);
  expect(second.state).toBe('ready');
});

test('a version keeps the runtime that it was accepted with', async () => {
  const catalog = catalogWith();
  const row = await add(catalog, 'iris', { path: IRIS, runtime: 'onnx' });
  expect((await catalog.accepted(row)).manifest.runtime).toBe('onnx');
  await expect(add(catalog, 'other', { path: IRIS, runtime: 'native' })).rejects.toEqual(
    code('RUNTIME_FIXED'),
  );
  await expect(add(catalog, 'iris', { path: IRIS, runtime: 'native' })).rejects.toEqual(
    code('RUNTIME_FIXED'),
  );
  expect((await catalog.accepted(row)).manifest.runtime).toBe('onnx');
});

test('a bundle of an older program is proved again before it is served', async () => {
  const catalog = catalogWith();
  const row = await add(catalog, 'iris', IRIS);
  const { bundle, manifest } = await catalog.accepted(row);
  const path = join(bundle, 'plimsoll.json');
  writeFileSync(path, JSON.stringify({ ...manifest, converter: 0 }));
  expect(await catalog.accepted(row)).toMatchObject({
    model: 'iris',
    version: 1,
    manifest: { digest: row.digest },
  });
  expect(JSON.parse(readFileSync(path, 'utf8')).converter).toBe(manifest.converter);
  rmSync(bundle, { recursive: true });
  await expect(catalog.accepted(row)).rejects.toEqual(code('BUNDLE_GONE'));
  expect(await add(catalog, 'iris', IRIS)).toEqual(row);
  expect((await catalog.accepted(row)).manifest.digest).toBe(row.digest);
});

test('golden rows and reference data stay with the bundle, and an upgrade replays them', async () => {
  const catalog = catalogWith();
  const reference = join(dataDir, 'train.csv.gz');
  writeFileSync(reference, 'rows');
  const row = await add(catalog, 'iris', { path: IRIS, golden: GOLDEN, reference });
  const { bundle, manifest } = await catalog.accepted(row);
  expect(readFileSync(join(bundle, 'golden.json'), 'utf8')).toBe(readFileSync(GOLDEN, 'utf8'));
  expect(readFileSync(join(bundle, manifest.reference!), 'utf8')).toBe('rows');
  expect(manifest.reference).toBe('reference.csv.gz');
  const path = join(bundle, 'plimsoll.json');
  writeFileSync(path, JSON.stringify({ ...manifest, converter: 0 }));
  await catalog.recover();
  const renewed = (await catalog.accepted(row)).manifest;
  expect(renewed).toMatchObject({ golden: 'golden.json', reference: 'reference.csv.gz' });
  expect(renewed.verification.proof).toBe('golden');
  const wrong = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  wrong.expected.predict[0] = 'not-a-flower';
  writeFileSync(join(bundle, 'golden.json'), JSON.stringify(wrong));
  writeFileSync(path, JSON.stringify({ ...manifest, converter: 0 }));
  await catalog.recover();
  await expect(catalog.accepted(row)).rejects.toEqual(code('GOLDEN_DIFFERS'));
});

test('an archived version that is pushed again is proved again, unless its file offers itself', async () => {
  const catalog = catalogWith();
  await add(catalog, 'iris', IRIS);
  const archived = await catalog.archive('iris', 1, actor, nothing);
  rmSync(join(dataDir, 'bundles', archived.digest), { recursive: true });
  expect(await add(catalog, 'iris', { path: IRIS, keepArchived: true })).toEqual(archived);
  expect(readdirSync(join(dataDir, 'bundles'))).toEqual([]);
  expect(await add(catalog, 'iris', IRIS)).toMatchObject({ version: 1, state: 'ready' });
  await catalog.archive('iris', 1, actor, nothing);
  expect(await catalog.unarchive('iris', 1, actor)).toMatchObject({ state: 'ready' });
});

test('while a file is proved its checks are seen as they pass, and what it is', async () => {
  const catalog = catalogWith();
  const seen: string[][] = [];
  await catalog.add('iris', { path: IRIS, golden: GOLDEN }, actor, {
    current: nothing,
    onProgress: () => {
      const standing = catalog.proofs.of('iris', 1);
      if (standing !== null) seen.push(standing.checks.map(({ name }) => name));
    },
  });
  expect(seen).toEqual([
    ['checksum', 'format'],
    ['checksum', 'format'],
    ['checksum', 'format', 'golden', 'self-test'],
    ['checksum', 'format', 'golden', 'self-test'],
  ]);
  expect(catalog.proofs.of('iris', 1)).toMatchObject({
    stage: null,
    facts: { framework: { name: 'scikit-learn' }, compiles: true },
  });
});

test('a pickle that would run a command is known for it after its refusal', async () => {
  const path = join(dataDir, 'evil.pkl');
  writeFileSync(path, "cos\nsystem\n(S'echo'\ntR.");
  const catalog = catalogWith();
  expect(await add(catalog, 'evil', path)).toMatchObject({ state: 'refused', version: 1 });
  expect(catalog.proofs.of('evil', 1)).toMatchObject({
    stage: null,
    facts: { foreign: [{ module: 'os', name: 'system', meaning: 'dangerous' }] },
  });
});
