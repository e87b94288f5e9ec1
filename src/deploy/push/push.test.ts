/** Pushing into Debian's docker-registry, read back by skopeo; and through a proxy that fails. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOfBytes } from '../image/gzip.ts';
import { blobPath, type Digest } from '../image/layout.ts';

import { type PushedImage, pushImage } from './push.ts';
import { makeImage, pushOptions } from './testing/image.ts';
import { type FaultyProxy, type Seen, startProxy } from './testing/proxy.ts';
import { startRegistry, type TestRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let proxy: FaultyProxy;
const ONCE = { attempts: 1, backoff: { firstMillis: 1, maxMillis: 1 } };
const images: PushedImage[] = [];
const image = (sizes: readonly number[], shared?: PushedImage): PushedImage => {
  images.push(makeImage(sizes, shared));
  return images.at(-1)!;
};
beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startProxy(registry.host);
});
beforeEach(() => {
  proxy.seen.length = 0;
  proxy.fate = () => ({ kind: 'pass' });
});
afterAll(async () => {
  await proxy.stop();
  await registry.stop();
  for (const { folder } of images) rmSync(folder, { recursive: true });
});

/** Digest of each file below the folder to which skopeo has copied the image. */
function pulled(reference: string): { manifest: Digest; blobs: Set<string> } {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pulled-'));
  try {
    const { status, stderr } = spawnSync(
      'skopeo',
      ['copy', '--preserve-digests', '--src-tls-verify=false', `docker://${reference}`, `dir:${folder}`],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    const names = readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const blobs = names.map((name) => digestOfBytes(readFileSync(join(folder, name))));
    expect(blobs).toEqual(names.map((name) => `sha256:${name}`));
    return { manifest: digestOfBytes(readFileSync(join(folder, 'manifest.json'))), blobs: new Set(blobs) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const blobsOf = ({ layers, config }: PushedImage): Set<string> =>
  new Set([...layers, config].map(({ digest }) => digest));
const outcomes = ({ blobs }: { blobs: readonly { outcome: string }[] }): string[] =>
  blobs.map(({ outcome }) => outcome);
const isUpload = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes('/blobs/uploads/');

describe('a push', () => {
  it('brings an image into a registry as it is, and is pulled by its tag and by its digest', async () => {
    const one = image([10, 3_000_000, 0]);
    const pushed = await pushImage(one, `${registry.host}/team/whole:1`, pushOptions());
    expect(pushed.reference).toBe(`${registry.host}/team/whole:1`);
    expect(pushed.pinned).toBe(`${registry.host}/team/whole@${one.manifest.digest}`);
    expect(outcomes(pushed)).toEqual(['sent', 'sent', 'sent', 'sent']);
    for (const reference of [pushed.reference, pushed.pinned])
      expect(pulled(reference)).toEqual({ manifest: one.manifest.digest, blobs: blobsOf(one) });
  });

  it('sends nothing that is there: again, under another tag, or as a layer of another image', async () => {
    const one = image([1000]);
    await pushImage(one, `${proxy.host}/again:1`, pushOptions());
    proxy.seen.length = 0;
    expect(outcomes(await pushImage(one, `${proxy.host}/again:2`, pushOptions()))).toEqual([
      'there',
      'there',
    ]);
    const two = image([500], one);
    expect(outcomes(await pushImage(two, `${proxy.host}/again:3`, pushOptions()))).toEqual([
      'there',
      'sent',
      'sent',
    ]);
    expect(proxy.seen.filter(isUpload)).toHaveLength(2);
  });

  it('mounts layers of other repositories of the registry, and sends what cannot be mounted', async () => {
    const one = image([2000]);
    await pushImage(one, `${proxy.host}/mount/from:1`, pushOptions());
    const two = image([700], one);
    const mountFrom = ['mount/absent', 'mount/from'];
    proxy.seen.length = 0;
    expect(outcomes(await pushImage(two, `${proxy.host}/mount/to:1`, pushOptions({ mountFrom })))).toEqual([
      'mounted',
      'sent',
      'sent',
    ]);
    expect(proxy.seen.filter(isUpload)).toHaveLength(2);
    expect(pulled(`${registry.host}/mount/to:1`).blobs).toEqual(blobsOf(two));
    // A registry that mounts nothing answers 202 and waits for the bytes.
    proxy.fate = ({ path }) => ({
      kind: path.includes('?mount=') ? 'answer' : 'pass',
      status: 202,
      headers: { location: '/v2/x/blobs/uploads/never' },
    });
    expect(outcomes(await pushImage(two, `${proxy.host}/mount/other:1`, pushOptions({ mountFrom })))).toEqual(
      ['sent', 'sent', 'sent'],
    );
  });

  it('sends each blob in one piece to where the registry says, whole or relative, with its query kept', async () => {
    proxy.fate = (seen) =>
      seen.method === 'POST'
        ? {
            kind: 'pass',
            change: ({ location, ...headers }) => {
              const { pathname, search } = new URL(String(location));
              return {
                ...headers,
                location: `..${pathname.slice(pathname.indexOf('/blobs/') + 6)}${search}`,
              };
            },
          }
        : { kind: 'pass' };
    await pushImage(image([5000]), `${proxy.host}/relative:1`, pushOptions());
    const uploads = proxy.seen.filter(isUpload);
    expect(uploads).toHaveLength(2);
    for (const { path, headers, bytes } of uploads) {
      expect(path).toMatch(/\?_state=[^&]+&digest=sha256%3A[0-9a-f]{64}$/);
      expect(bytes).toBe(Number(headers['content-length']));
    }
    expect(proxy.seen.some(({ method }) => method === 'PATCH')).toBe(false);
  });

  it('names the image last', async () => {
    await pushImage(image([5, 6]), `${proxy.host}/last:1`, pushOptions());
    const puts = proxy.seen.filter(({ method }) => method === 'PUT').map(({ path }) => path);
    expect(puts.at(-1)).toBe('/v2/last/manifests/1');
    expect(puts.at(-2)).toMatch(/^\/v2\/last\/manifests\/sha256:/);
  });

  it('by digest alone gives no name, and refuses another digest before anything is sent', async () => {
    const one = image([5]);
    await pushImage(one, `${proxy.host}/pin@${one.manifest.digest}`, pushOptions());
    expect(proxy.seen.filter(({ path }) => path.includes('/manifests/'))).toHaveLength(1);
    proxy.seen.length = 0;
    const other = `${proxy.host}/pin@sha256:${'0'.repeat(64)}`;
    await expect(pushImage(one, other, pushOptions())).rejects.toMatchObject({ code: 'IMAGE_NAME_INVALID' });
    expect(proxy.seen).toHaveLength(0);
  });

  it('of a damaged image stops before its last byte is sent', async () => {
    const damages: [string, (path: string) => void][] = [
      ['longer', (path) => appendFileSync(path, 'x')],
      ['shorter', (path) => writeFileSync(path, readFileSync(path).subarray(1))],
      ['other', (path) => writeFileSync(path, readFileSync(path).fill(1, 100, 101))],
      ['gone', (path) => rmSync(path)],
    ];
    for (const [name, damage] of damages) {
      const one = image([2_000_000]);
      damage(blobPath(one.folder, one.layers[0]!.digest));
      await expect(pushImage(one, `${proxy.host}/damaged:${name}`, pushOptions())).rejects.toMatchObject({
        code: 'IMAGE_DAMAGED',
        details: { wanted: one.layers[0]!.digest },
      });
      expect(proxy.seen.some(({ path }) => path.includes('/manifests/'))).toBe(false);
    }
  });
});

/** What is in the registry of an image: its blobs, what its name names. */
const stateOf = (repository: string) => pulled(`${registry.host}/${repository}:1`);

describe('a push that is stopped', () => {
  it('at any request, before or after the registry has done it, ends the same when run again and sends no blob twice', async () => {
    const count = image([300, 200]);
    await pushImage(count, `${proxy.host}/stop/count:1`, pushOptions());
    const requests = proxy.seen.length;
    expect(requests).toBeGreaterThan(10);
    for (const kind of ['cut', 'lose'] as const)
      for (let at = 0; at < requests; at++) {
        const one = image([300, 200]);
        const repository = `stop/${kind}${at}`;
        proxy.seen.length = 0;
        let stopped = false;
        proxy.fate = () => {
          stopped ||= proxy.seen.length > at;
          return stopped ? { kind, atByte: 0 } : { kind: 'pass' };
        };
        await expect(
          pushImage(one, `${proxy.host}/${repository}:1`, pushOptions({ retries: ONCE })),
        ).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
        proxy.fate = () => ({ kind: 'pass' });
        await pushImage(one, `${proxy.host}/${repository}:1`, pushOptions({ retries: ONCE }));
        for (const digest of blobsOf(one)) {
          const whole = proxy.seen.filter(
            (seen) => isUpload(seen) && seen.isDone && seen.path.includes(digest.slice(7)),
          );
          expect(whole.length, `${kind} at ${at}, ${digest}`).toBe(1);
        }
        if (at === requests - 1) expect(stateOf(repository).blobs).toEqual(blobsOf(one));
      }
    expect(stateOf(`stop/cut1`).manifest).toBe(images.at(-2 * requests + 1)!.manifest.digest);
  });

  it('in the middle of a blob, at every class of byte, goes on by itself', async () => {
    const one = image([400_000]);
    const { size } = one.layers[0]!;
    for (const atByte of [1, 65_536, 131_073, size - 1, size]) {
      let cuts = 0;
      proxy.fate = (seen) =>
        isUpload(seen) && Number(seen.headers['content-length']) === size && cuts++ < 2
          ? { kind: 'cut', atByte }
          : { kind: 'pass' };
      const repository = `middle/at${atByte}`;
      await pushImage(one, `${proxy.host}/${repository}:1`, pushOptions());
      expect(cuts).toBe(3);
      expect(stateOf(repository)).toEqual({ manifest: one.manifest.digest, blobs: blobsOf(one) });
    }
  });
});
