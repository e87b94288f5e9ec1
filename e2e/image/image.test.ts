import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry } from '../../src/deploy/push/testing/registry.ts';
import { BIN, example, folder, ROOT, served } from '../cli.ts';
import { run, unpack } from './container.ts';
import { type Packaged, packaged, packageOci } from './package.ts';

/** The image of a version, made twice and run by tools that are not ours. */

const home = folder();
const CHURN = example('churn.joblib');
const GRAPH = join(ROOT, 'fixtures/onnx/function.onnx');
const XDG_CACHE_HOME = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
/** A clock that is 500 days behind. */
const EARLIER = join(home, 'earlier.mjs');
writeFileSync(
  EARLIER,
  `const Own = Date;
const BEHIND = ${500 * 86_400_000};
globalThis.Date = class extends Own {
  constructor(...given) {
    if (given.length === 0) super(Own.now() - BEHIND);
    else super(...given);
  }
  static now() {
    return Own.now() - BEHIND;
  }
};`,
);

let churn: Packaged;
beforeAll(() => {
  churn = packaged([CHURN, '--output', join(home, 'churn')]);
}, 600_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const skopeo = (...args: string[]): string => execFileSync('skopeo', args, { encoding: 'utf8' });

test('another folder, umask, time zone, clock, locale and home give the same digest', {
  timeout: 120_000,
}, () => {
  const surroundings = {
    umask: '077',
    env: {
      TZ: 'Asia/Tokyo',
      LC_ALL: 'tr_TR.UTF-8',
      HOME: folder(),
      XDG_CACHE_HOME,
      SOURCE_DATE_EPOCH: '1700000000',
      NODE_OPTIONS: `--import=${EARLIER}`,
    },
  };
  const again = packaged([CHURN, '--output', join(home, 'deep/er/churn')], surroundings);
  expect(again).toEqual({ ...churn, output: again.output });
  const files = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  expect(files(again.output)).toEqual(files(churn.output));
  for (const file of ['index.json', 'oci-layout', 'manifest.json'])
    expect(readFileSync(join(again.output, file))).toEqual(readFileSync(join(churn.output, file)));
});

test('its size stays below what was promised', () => {
  console.log(`native only, without the model: ${(churn.sizeWithoutModel / 1e6).toFixed(1)} MB`);
  expect(churn.sizeWithoutModel).toBeLessThan(50e6);
  expect(churn.layers.map(({ part }) => part)).toEqual(['base', 'app', 'model']);
});

test('skopeo reads it as a folder, as an archive of OCI and as one of Docker', { timeout: 60_000 }, () => {
  const tar = join(home, 'churn.tar');
  expect(packaged([CHURN, '--output', tar]).digest).toBe(churn.digest);
  const seen = JSON.parse(skopeo('inspect', `oci:${churn.output}:1`));
  expect(seen).toMatchObject({
    Digest: churn.digest,
    Architecture: 'amd64',
    Os: 'linux',
    Created: '1970-01-01T00:00:00Z',
  });
  expect(seen.Labels).toMatchObject({
    'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
    'com.amazonaws.sagemaker.capabilities.multi-models': 'true',
    'org.opencontainers.image.title': 'churn',
    'plimsoll.model.version': '1',
  });
  expect(JSON.parse(skopeo('inspect', `oci-archive:${tar}`)).Digest).toBe(churn.digest);
  const config = JSON.parse(skopeo('inspect', '--config', `docker-archive:${tar}`));
  expect(config.rootfs.diff_ids).toEqual(churn.layers.map(({ diffId }) => diffId));
});

test('through a registry and back, it answers under runc what is answered here, bit for bit', {
  timeout: 120_000,
}, async () => {
  const registry = await startRegistry();
  const back = join(home, 'pulled');
  try {
    const there = `docker://${registry.host}/team/churn:1`;
    skopeo('copy', '--preserve-digests', '--dest-tls-verify=false', `oci:${churn.output}:1`, there);
    const byDigest = `docker://${registry.host}/team/churn@${churn.digest}`;
    skopeo('copy', '--preserve-digests', '--src-tls-verify=false', byDigest, `oci:${back}:1`);
  } finally {
    await registry.stop();
  }
  expect(JSON.parse(skopeo('inspect', `oci:${back}:1`)).Digest).toBe(churn.digest);
  unpack(back, '1', join(home, 'churn-bundle'));
  const here = await served([CHURN]);
  const container = await run(join(home, 'churn-bundle'));
  try {
    console.log(`cold start under runc, read-only, to the first answer: ${container.startMillis} ms`);
    const rows = variedRows(join(home, 'churn-bundle'), 'churn');
    const [ours, theirs] = [await answer(here.said.url, rows), await answer(container.url, rows)];
    expect(theirs).toEqual(ours);
    expect(ours['probabilities']).toHaveLength(rows.length);
  } finally {
    expect(await container.stop()).toBe(0);
    await here.stop();
  }
});

test('a version whose graph onnxruntime runs has it in a layer of its own', {
  timeout: 300_000,
}, async () => {
  const image = packaged([`Graph_of.Mine=${GRAPH}`, '--output', join(home, 'graph')]);
  console.log(`with onnxruntime, without the model: ${(image.sizeWithoutModel / 1e6).toFixed(1)} MB`);
  expect(image.sizeWithoutModel).toBeLessThan(75e6);
  expect(image.reference).toBe('graph-of-mine:1');
  expect(image.layers.map(({ part }) => part)).toEqual(['base', 'onnxruntime', 'app', 'model']);
  expect(image.layers[0]!.digest).toBe(churn.layers[0]!.digest);
  unpack(image.output, '1', join(home, 'graph-bundle'));
  const here = await served([GRAPH]);
  const container = await run(join(home, 'graph-bundle'));
  try {
    console.log(`cold start with onnxruntime: ${container.startMillis} ms`);
    const rows = variedRows(join(home, 'graph-bundle'), 'Graph_of.Mine');
    expect(await answer(container.url, rows)).toEqual(await answer(here.said.url, rows));
  } finally {
    expect(await container.stop()).toBe(0);
    await here.stop();
  }
});

test('nothing in it is writable, owned by anybody, or of the machine that made it', () => {
  unpack(churn.output, '1', join(home, 'look-bundle'));
  const root = join(home, 'look-bundle/rootfs');
  const listed = execFileSync('find', ['.', '-printf', '%m %u %y %p\n'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  for (const line of listed) {
    const [, mode, owner, kind, path] = /^(\d+) (\S+) (.) (.*)$/.exec(line)!;
    expect(owner, path).toBe('root');
    if (kind === 'd') expect(mode, path).toBe(/^\.\/(var\/)?tmp$/.test(path!) ? '1777' : '755');
    if (kind === 'f') expect(['644', '755'], path).toContain(mode);
  }
  const found = spawnSync('grep', ['-rlF', '-e', ROOT, '-e', home, root], {
    encoding: 'utf8',
  });
  expect(found.stdout).toBe('');
});

test('the licences of all that is in it are in it', () => {
  unpack(churn.output, '1', join(home, 'look-bundle'));
  const root = join(home, 'look-bundle/rootfs');
  const app = join(root, 'opt/plimsoll/app');
  const notices = readFileSync(join(app, 'THIRD-PARTY-NOTICES'), 'utf8');
  const packages = JSON.parse(readFileSync(join(app, 'packages.json'), 'utf8'));
  expect(packages.length).toBeGreaterThan(20);
  for (const { name, version, license } of packages) {
    expect(license, name).toBeTruthy();
    expect(notices).toContain(`\n${name} ${version} (${license})\n`);
  }
  const documented = [
    'node/LICENSE',
    ...['libc6', 'libgcc-s1', 'libstdc++6'].map((name) => `${name}/copyright`),
  ];
  for (const path of documented) {
    const text = readFileSync(join(root, 'usr/share/doc', path), 'utf8');
    for (const [, name] of text.matchAll(/\/usr\/share\/common-licenses\/([\w.-]*\w)/g))
      expect(existsSync(join(root, 'usr/share/common-licenses', name!)), `${name} of ${path}`).toBe(true);
  }
});

test('golden rows and reference data stay behind: they are rows of people', () => {
  unpack(churn.output, '1', join(home, 'look-bundle'));
  const version = join(home, 'look-bundle/rootfs/opt/plimsoll/models/churn/1');
  expect(readdirSync(version).sort()).toEqual(['SHA256SUMS', 'original', 'plimsoll.json']);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: version });
});

test('an image is replaced by the next, and nothing else ever is', () => {
  const taken = join(home, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'thesis.txt'), 'x');
  const refused = packageOci([CHURN, '--output', taken]);
  expect([refused.status, refused.answer.error?.code]).toEqual([2, 'FILE_UNWRITABLE']);
  expect(readdirSync(taken)).toEqual(['thesis.txt']);
  cpSync(churn.output, join(home, 'old'), { recursive: true });
  writeFileSync(join(home, 'old/blobs/sha256/stale'), 'x');
  packaged([CHURN, '--output', join(home, 'old')]);
  expect(existsSync(join(home, 'old/blobs/sha256/stale'))).toBe(false);
  expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a build context can be read by the user of its image, whatever its maker keeps from others', () => {
  const context = join(home, 'my contexts/churn');
  const args = ['package', 'dockerfile', `Churn_2=${CHURN}`, '--output', context];
  const script = 'umask 077; exec "$@"';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, BIN, ...args], {
    encoding: 'utf8',
    cwd: folder(),
  });
  expect([stderr, status]).toEqual(['', 0]);
  expect(stdout).toContain(`docker build --tag churn-2:1 '${context}'`);
  const found = execFileSync('find', [context, '-printf', '%y %m\n'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect([...new Set(found)].sort()).toEqual(['d 755', 'f 644']);
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: context });
});

test('another platform and another part are refused with the way on', () => {
  const arm = packageOci([CHURN, '--output', join(home, 'arm'), '--platform', 'linux/arm64']);
  expect([arm.status, arm.answer.error?.code]).toEqual([4, 'IMAGE_PLATFORM']);
  expect(arm.answer.error?.message).toBe(
    'Cannot make an image for linux/arm64: base files are pinned for linux/amd64',
  );
  expect(existsSync(join(home, 'arm'))).toBe(false);
  const part = packageOci([CHURN, '--output', join(home, 'arm'), '--with', 'spark']);
  expect([part.status, part.answer.error?.code]).toEqual([2, 'USAGE']);
});

/** What is answered for rows, without what names the request and the model. */
async function answer(url: string, rows: readonly unknown[]): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return { ...body, requestId: null, model: null };
}

/** The row that a version knows, and fifty with other numbers. */
function variedRows(bundle: string, model: string): unknown[] {
  const path = join(bundle, 'rootfs/opt/plimsoll/models', model, '1/plimsoll.json');
  const { example: row } = JSON.parse(readFileSync(path, 'utf8'));
  const vary = (value: unknown, by: number): unknown => {
    if (typeof value === 'number') return value * (1 + by / 17) + by / 13;
    if (Array.isArray(value)) return value.map((one) => vary(one, by));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, vary(one, by)]));
  };
  return Array.from({ length: 51 }, (_, i) => vary(row, i));
}
