import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ContractVerification } from '../../src/deploy/contracts/verify.ts';
import { verifyContracts } from '../../src/deploy/contracts/verify.ts';
import { blobPath, type Descriptor, type ImageLayer } from '../../src/deploy/image/layout.ts';
import { BIN, example, folder, runWith } from '../cli.ts';
import { treeOf } from './bundles.ts';

const LIMIT = 600_000;

/** Runs the command line for as long as an image takes. */
const packaged = (args: readonly string[], env: NodeJS.ProcessEnv = process.env): ContractVerification => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [BIN, 'package', ...args, '--json', '--data', folder()],
    {
      ...{ encoding: 'utf8', timeout: LIMIT, env },
    },
  );
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}\n${stdout}`);
  return (JSON.parse(stdout) as { verification: ContractVerification }).verification;
};

const broken = ({ contracts }: ContractVerification): string[] =>
  contracts.flatMap(({ contract, clauses }) =>
    clauses.filter(({ passed }) => !passed).map(({ id, seen }) => `${contract}: ${id}: ${seen}`),
  );

for (const name of ['churn', 'reviews']) {
  test(`an image of ${name} holds every clause of every contract under runc`, { timeout: LIMIT }, () => {
    const verification = packaged([
      'oci',
      example(`${name}.joblib`),
      '--output',
      join(folder(), 'image'),
      '--verify',
    ]);
    expect(verification.by).toBe('runc');
    expect(broken(verification)).toEqual([]);
  });
}

test('without runc the image is held to them in a root of its own', { timeout: LIMIT }, () => {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-path-'));
  for (const program of ['unshare', 'sh', 'mount', 'chroot', 'true'])
    symlinkSync(runWith('which', [program]).stdout.trim(), join(path, program));
  const output = join(folder(), 'image.tar');
  const verification = packaged(['oci', example('iris.joblib'), '--output', output, '--verify'], {
    ...process.env,
    PATH: path,
  });
  expect(verification.by).toBe('unshare');
  expect(broken(verification)).toEqual([]);
});

test('buildah builds the context without a network, and what it builds holds every clause', {
  timeout: LIMIT,
}, async () => {
  const { model } = await treeOf('iris');
  const [context, store, layout] = [join(folder(), 'context'), folder(), join(folder(), 'layout')];
  const written = runWith(process.execPath, [
    BIN,
    'package',
    'dockerfile',
    example('iris.joblib'),
    '--output',
    context,
  ]);
  expect(written.stderr).toBe('');
  expect(runWith('sh', ['-c', 'cd "$1" && sha256sum --check --quiet SHA256SUMS', 'sh', context]).status).toBe(
    0,
  );
  const buildah = (...args: string[]): void => {
    const own = ['--storage-driver', 'vfs', '--root', join(store, 'root'), '--runroot', join(store, 'run')];
    const { status, stderr } = spawnSync('buildah', [...own, ...args], { encoding: 'utf8', timeout: LIMIT });
    if (status !== 0) throw new Error(`buildah ${args[0]}: ${stderr}`);
  };
  // There is no instruction that runs something: nothing is isolated, and nothing asks for a network.
  buildah('bud', '--isolation=chroot', '--pull-never', '--format=oci', '--tag=iris:1', context);
  buildah('push', 'localhost/iris:1', `oci:${layout}:1`);
  const verification = await verifyContracts(layoutIn(layout), model);
  expect(broken(verification)).toEqual([]);
});

/** The one image of a layout that another program has written. */
function layoutIn(layout: string): Parameters<typeof verifyContracts>[0] {
  const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
  const [manifest] = read<{ manifests: [Descriptor] }>(join(layout, 'index.json')).manifests;
  const { config, layers } = read<{ config: Descriptor; layers: ImageLayer[] }>(
    blobPath(layout, manifest.digest),
  );
  return {
    folder: layout,
    reference: 'iris:1',
    platform: { os: 'linux', architecture: 'amd64' },
    manifest,
    config,
    layers,
  };
}
