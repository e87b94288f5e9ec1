/** What is attached to an image, in a registry that keeps no list of it (docker-registry 2.8), and in others. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MEDIA } from '../image/layout.ts';
import { type PushedImage, type PushOptions, pushImage } from './push.ts';
import { parseReference } from './reference.ts';
import { type AttachedArtifact, fallbackTag, manifestOf, type Referrer, referrersOf } from './referrers.ts';
import { RegistryClient } from './registry.ts';
import { makeImage, pushOptions } from './testing/image.ts';
import { type FaultyProxy, startProxy } from './testing/proxy.ts';
import { startRegistry, type TestRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let proxy: FaultyProxy;
let image: PushedImage;
let runs = 0;
beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startProxy(registry.host);
});
beforeEach(() => {
  image = makeImage([100]);
  runs += 1;
  proxy.seen.length = 0;
  proxy.fate = () => ({ kind: 'pass' });
});
afterAll(async () => {
  await proxy.stop();
  await registry.stop();
});

const artifact = (text: string): AttachedArtifact => ({
  artifactType: 'application/vnd.example.note+json',
  bytes: Buffer.from(JSON.stringify({ text })),
  title: `${text}.json`,
  annotations: { 'com.example.text': text },
});
const ONCE = { retries: { attempts: 1, backoff: { firstMillis: 1, maxMillis: 1 } } };
const name = () => `attached/run${runs}`;
const push = (artifacts: readonly AttachedArtifact[], more: Partial<PushOptions> = {}) =>
  pushImage(image, `${proxy.host}/${name()}:1`, pushOptions({ artifacts, ...more }));

/** As skopeo reads it from the registry itself. */
function raw(reference: string): { text: string; json: { manifests: Referrer[]; subject?: object } } {
  const { status, stdout, stderr } = spawnSync(
    'skopeo',
    ['inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/${name()}${reference}`],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return { text: stdout, json: JSON.parse(stdout) };
}
const listed = () => raw(`:${fallbackTag(image.manifest.digest)}`).json.manifests;
const texts = (list: readonly Referrer[]) => list.map(({ annotations }) => annotations?.['com.example.text']);

describe('attestations in a registry without lists', () => {
  it('are listed under the tag of the image, once, in the order in which they came', async () => {
    const { referrers } = await push([artifact('a'), artifact('b')]);
    expect(texts(listed())).toEqual(['a', 'b']);
    expect(listed()).toEqual(referrers);
    await push([artifact('b'), artifact('c')]);
    expect(texts(listed())).toEqual(['a', 'b', 'c']);
    const { json } = raw(`@${referrers[0]!.digest}`);
    const { mediaType, digest, size } = image.manifest;
    expect(json.subject).toEqual({ mediaType, digest, size });
  });

  it('join what others have listed, which is kept as it was', async () => {
    await push([artifact('a')]);
    // The registry takes no list of what it does not have.
    const { digest } = listed()[0]!;
    const other = {
      ...manifestOf(artifact('theirs'), image.manifest).referrer,
      digest,
      somethingNew: { x: 1 },
    };
    const url = `http://${registry.host}/v2/${name()}/manifests/${fallbackTag(image.manifest.digest)}`;
    const index = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [...listed(), other] };
    const put = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': MEDIA.index },
      body: JSON.stringify(index),
    });
    expect(put.status).toBe(201);
    await push([artifact('b')]);
    expect(texts(listed())).toEqual(['a', 'theirs', 'b']);
    expect(listed()[1]).toMatchObject({ somethingNew: { x: 1 } });
  });

  it('are added again where somebody else has put a list over them at the same time', async () => {
    await push([artifact('a')]);
    const before = raw(`:${fallbackTag(image.manifest.digest)}`).text;
    const tag = `/v2/${name()}/manifests/${fallbackTag(image.manifest.digest)}`;
    let overwritten = 0;
    proxy.fate = ({ method, path }, index) => {
      // Just before ours is read back, the other writer's list arrives.
      const isReadBack =
        method === 'GET' &&
        path === tag &&
        proxy.seen.slice(0, index).some((s) => s.method === 'PUT' && s.path === tag);
      if (!isReadBack || overwritten++ > 1) return { kind: 'pass' };
      const { status } = spawnSync('curl', [
        ...['-sf', '-X', 'PUT', '-H', `content-type: ${MEDIA.index}`],
        ...['--data-binary', before, `http://${registry.host}${tag}`],
      ]);
      expect(status).toBe(0);
      return { kind: 'pass' };
    };
    await push([artifact('b')]);
    expect(overwritten).toBe(3);
    expect(texts(listed())).toEqual(['a', 'b']);
  });

  it('are written over a list only as it was read, where the registry can tell', async () => {
    await push([artifact('a')]);
    let conflicts = 0;
    const tag = fallbackTag(image.manifest.digest);
    proxy.seen.length = 0;
    proxy.fate = ({ method, path }) =>
      method === 'PUT' && path.endsWith(tag) && conflicts++ === 0
        ? { kind: 'answer', status: 412 }
        : { kind: 'pass' };
    await push([artifact('b')]);
    const puts = proxy.seen.filter(({ method, path }) => method === 'PUT' && path.endsWith(tag));
    expect(puts.map(({ status }) => status)).toEqual([412, 201]);
    for (const { headers } of puts) expect(headers['if-match']).toMatch(/^"sha256:[0-9a-f]{64}"$/);
    expect(texts(listed())).toEqual(['a', 'b']);
  });

  it('never replace something else that has the tag', async () => {
    await push([]);
    const url = `http://${registry.host}/v2/${name()}/manifests`;
    const manifest = Buffer.from(
      await (await fetch(`${url}/1`, { headers: { accept: MEDIA.manifest } })).arrayBuffer(),
    );
    await fetch(`${url}/${fallbackTag(image.manifest.digest)}`, {
      method: 'PUT',
      headers: { 'content-type': MEDIA.manifest },
      body: manifest,
    });
    await expect(push([artifact('a')])).rejects.toMatchObject({ code: 'REGISTRY_INVALID' });
    expect(raw(`:${fallbackTag(image.manifest.digest)}`).text).toBe(manifest.toString());
  });

  it('are all there in the end wherever the push was stopped', async () => {
    const all = [artifact('a')];
    await push(all);
    const requests = proxy.seen.length;
    for (const kind of ['cut', 'lose'] as const)
      for (let at = 9; at < requests; at++) {
        runs += 1;
        proxy.seen.length = 0;
        let stopped = false;
        proxy.fate = () => {
          stopped ||= proxy.seen.length > at;
          return stopped ? { kind, atByte: 0 } : { kind: 'pass' };
        };
        await expect(push(all, ONCE)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
        proxy.fate = () => ({ kind: 'pass' });
        await push(all, ONCE);
        if (at % 4 === 0) expect(texts(listed())).toEqual(['a']);
      }
  });
});

describe('attestations in other registries', () => {
  it('are left to one that says it has understood', async () => {
    proxy.fate = ({ method }) =>
      method === 'PUT'
        ? { kind: 'pass', change: (headers) => ({ ...headers, 'oci-subject': image.manifest.digest }) }
        : { kind: 'pass' };
    await push([artifact('a')]);
    expect(proxy.seen.some(({ path }) => path.includes(fallbackTag(image.manifest.digest)))).toBe(false);
  });

  it.each([
    [405, {}],
    [415, {}],
    [400, { code: 'MANIFEST_INVALID', message: 'config media type' }],
  ])('take the older form where the newer one is answered with %i', async (status, error) => {
    const modern = manifestOf(artifact('a'), image.manifest).referrer.digest;
    proxy.fate = ({ method, path }) =>
      method === 'PUT' && path.endsWith(modern)
        ? { kind: 'answer', status, body: JSON.stringify({ errors: [error] }) }
        : { kind: 'pass' };
    const { referrers } = await push([artifact('a')]);
    expect(referrers[0]!.digest).not.toBe(modern);
    expect(listed()).toEqual(referrers);
    expect(raw(`@${referrers[0]!.digest}`).json).toMatchObject({
      config: { mediaType: 'application/vnd.example.note+json', size: 2 },
      subject: { digest: image.manifest.digest },
    });
    expect(raw(`@${referrers[0]!.digest}`).json).not.toHaveProperty('artifactType');
  });

  it('are found in the list of the registry and in the one under the tag', async () => {
    await push([artifact('a')]);
    const kept = manifestOf(artifact('kept'), image.manifest).referrer;
    proxy.fate = ({ path }) =>
      path.includes('/referrers/')
        ? {
            kind: 'answer',
            status: 200,
            body: JSON.stringify({ manifests: [kept, ...listed(), { odd: 1 }] }),
          }
        : { kind: 'pass' };
    const reference = parseReference(`${proxy.host}/${name()}:1`);
    const opened = await RegistryClient.open(reference, pushOptions());
    const found = await referrersOf(opened, reference.repository, image.manifest.digest);
    expect(texts(found)).toEqual(['kept', 'a']);
  });

  it('are found on every page of a list, and a list that fails is none without them', async () => {
    await push([]);
    const pages = ['first', 'second', 'third'].map(
      (text) => manifestOf(artifact(text), image.manifest).referrer,
    );
    let bad = 2;
    proxy.fate = ({ path }) => {
      if (!path.includes('/referrers/')) return { kind: 'pass' };
      const page = Number(/page=(\d)/.exec(path)?.[1] ?? 0);
      if (page === 1 && bad-- > 0) return { kind: 'answer', status: 503 };
      const next = { link: `<${path.split('?')[0]}?page=${page + 1}>; rel="next"` };
      return {
        kind: 'answer',
        status: 200,
        headers: page < 2 ? next : {},
        body: JSON.stringify({ manifests: [pages[page]] }),
      };
    };
    const reference = parseReference(`${proxy.host}/${name()}:1`);
    const opened = await RegistryClient.open(reference, pushOptions());
    const read = () => referrersOf(opened, reference.repository, image.manifest.digest);
    expect(texts(await read())).toEqual(['first', 'second', 'third']);
    bad = 99;
    await expect(read()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });
});

afterAll(() => rmSync(image.folder, { recursive: true }));
