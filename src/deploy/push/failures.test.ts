/** Registries that say no, break off, or say what cannot be true: what is told, and that a second push mends it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PushedImage, pushImage } from './push.ts';
import { makeImage, pushOptions } from './testing/image.ts';
import { type Fate, type FaultyProxy, type Seen, startProxy } from './testing/proxy.ts';
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
  image = makeImage([3000]);
  runs += 1;
  proxy.seen.length = 0;
});
afterAll(async () => {
  await proxy.stop();
  await registry.stop();
});

const push = () => pushImage(image, `${proxy.host}/failures/run${runs}:1`, pushOptions());
const PASS: Fate = { kind: 'pass' };
const said = (status: number, ...errors: readonly object[]): Fate => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ errors }),
});

/** It fails as told, and passes once the registry is well. */
async function failsAndMends(fate: (seen: Seen, index: number) => Fate, expected: object): Promise<void> {
  proxy.fate = fate;
  await expect(push()).rejects.toMatchObject(expected);
  proxy.fate = () => PASS;
  await expect(push()).resolves.toMatchObject({ digest: image.manifest.digest });
  rmSync(image.folder, { recursive: true });
}

describe('a registry that says no', () => {
  it.each([
    ['POST', 403, { code: 'DENIED', message: 'requested access is denied' }, 'REGISTRY_DENIED'],
    ['POST', 404, { code: 'NAME_UNKNOWN', message: 'repository does not exist' }, 'REGISTRY_REFUSED'],
    ['POST', 401, { code: 'UNAUTHORIZED', message: 'token has expired' }, 'REGISTRY_DENIED'],
    ['PUT', 413, { code: 'SIZE_INVALID', message: 'layer too large' }, 'REGISTRY_REFUSED'],
    ['PUT', 400, { code: 'DIGEST_INVALID', message: 'digest did not match' }, 'REGISTRY_REFUSED'],
    ['PUT', 412, { code: 'DENIED', message: 'adding 3 MB exceeds the quota of 1 MB' }, 'REGISTRY_REFUSED'],
  ])('to %s with %i is quoted: %o', async (method, status, error, code) => {
    await failsAndMends((seen) => (seen.method === method ? said(status, error) : PASS), {
      code,
      message: expect.stringContaining(`${error.code}: ${error.message}`),
    });
  });

  it('to a tag that must stay is told after everything has arrived', async () => {
    const error = { code: 'TAG_INVALID', message: 'tag is immutable', detail: 'failures:1' };
    await failsAndMends(({ path }) => (path.endsWith('/manifests/1') ? said(400, error) : PASS), {
      code: 'REGISTRY_REFUSED',
      message: expect.stringMatching(
        /put the manifest 1 into .*TAG_INVALID: tag is immutable \(failures:1\)/,
      ),
    });
  });

  it.each([
    ['<html>no</html>', /<html>no/],
    ['', /status 403/],
    ['{"errors": 3}', /"errors": 3/],
    ['{"errors": [null, 4, {"code": {}, "message": []}]}', /status 403/],
    [`{"errors": [{"code": "X", "message": "a\\u001b[2Jb${'y'.repeat(9000)}"}]}`, /X: a \[2Jby{250,300}\)/],
  ])('in no form that is known (%#) is quoted, too', async (body, message) => {
    proxy.fate = () => ({ kind: 'answer', status: 403, body });
    await expect(push()).rejects.toMatchObject({ code: 'REGISTRY_INVALID' });
    proxy.fate = ({ path }) => (path === '/v2/' ? PASS : { kind: 'answer', status: 403, body });
    await expect(push()).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringMatching(message),
    });
  });
});

describe('a registry that has a bad minute', () => {
  it.each([429, 500, 502, 503, 504, 408])(
    'of %i is asked again, at every kind of request',
    async (status) => {
      const met = new Set<string>();
      proxy.fate = ({ method, path }) => {
        const kind = `${method} ${path.replace(/.*run\d+/, '').replace(/(sha256|uploads).*/, '')}`;
        if (met.has(kind)) return PASS;
        met.add(kind);
        return { kind: 'answer', status };
      };
      await push();
      expect([...met].sort()).toEqual([
        'GET /v2/',
        'HEAD /blobs/',
        'POST /blobs/',
        'PUT /blobs/',
        'PUT /manifests/',
        'PUT /manifests/1',
      ]);
    },
  );

  it('is waited for as long as it says, in seconds or until a date, but not for ever', async () => {
    const later = (millis: number) => new Date(Date.now() + millis).toUTCString();
    for (const [value, least, most] of [
      [() => '1', 950, 5000],
      [() => later(2500), 900, 5000],
      [() => later(-5000), 0, 4000],
      [() => 'soon', 0, 4000],
    ] as const) {
      let asked = 0;
      proxy.fate = ({ method }) =>
        method === 'HEAD' && ++asked === 1
          ? { kind: 'answer', status: 429, headers: { 'retry-after': value() } }
          : PASS;
      const before = performance.now();
      await push();
      const took = performance.now() - before;
      expect(took).toBeGreaterThan(least);
      expect(took).toBeLessThan(most);
      image = makeImage([10]);
    }
  });

  it('is waited for as long as its server of tokens says', async () => {
    let asked = 0;
    proxy.fate = ({ path, headers }) => {
      if (path.startsWith('/token'))
        return asked++ === 0
          ? { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }
          : { kind: 'answer', status: 200, body: '{"token": "t"}' };
      if (headers.authorization === 'Bearer t') return PASS;
      const challenge = `Bearer realm="http://${proxy.host}/token",service="x"`;
      return { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge } };
    };
    const before = performance.now();
    await push();
    expect(performance.now() - before).toBeGreaterThan(950);
    expect(asked).toBe(2);
  });

  it('that does not pass ends the push with what it said last', async () => {
    await failsAndMends(
      ({ method }) =>
        method === 'PUT' ? said(503, { code: 'UNAVAILABLE', message: 'storage is down' }) : PASS,
      { code: 'REGISTRY_UNREACHABLE', message: expect.stringContaining('UNAVAILABLE: storage is down') },
    );
    expect(proxy.seen.filter(({ status }) => status === 503)).toHaveLength(4);
  });

  it('that is not there is told with the address', async () => {
    await expect(pushImage(image, '127.0.0.1:1/x:1', pushOptions())).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(/reach 127.0.0.1:1.*ECONNREFUSED/),
    });
  });

  it('whose upload session is gone gets another one', async () => {
    let lost = 0;
    proxy.fate = ({ method, path }) =>
      method === 'PUT' && path.includes('/uploads/') && lost++ === 0
        ? said(404, { code: 'BLOB_UPLOAD_UNKNOWN', message: 'blob upload unknown to registry' })
        : PASS;
    await push();
    expect(lost).toBe(3);
  });
});

describe('a registry that says what cannot be true', () => {
  const other = `sha256:${'0'.repeat(64)}`;
  const change = (method: string, part: string, headers: object) => (seen: Seen) =>
    seen.method === method && seen.path.includes(part)
      ? { kind: 'pass' as const, change: (own: object) => ({ ...own, ...headers }) }
      : PASS;

  it.each([
    [
      'another digest of a blob',
      change('PUT', '/blobs/', { 'docker-content-digest': other }),
      /digest sha256:00/,
    ],
    [
      'another digest of a manifest',
      change('PUT', '/manifests/', { 'docker-content-digest': other }),
      /digest/,
    ],
    ['an upload without an address', change('POST', '/blobs/', { location: [] }), /without Location/],
    ['an address that is none', change('POST', '/blobs/', { location: 'http://[' }), /Location/],
    [
      'that a blob is there with another size',
      ({ method }: Seen): Fate =>
        method === 'HEAD' ? { kind: 'answer', status: 200, headers: { 'content-length': '7' } } : PASS,
      /7 bytes/,
    ],
    [
      'to go round in circles',
      ({ method, path }: Seen): Fate =>
        method === 'HEAD' ? { kind: 'answer', status: 307, headers: { location: `${path}` } } : PASS,
      /redirects/,
    ],
    [
      'more than anybody wants to hear',
      ({ method }: Seen): Fate =>
        method === 'POST' ? { kind: 'answer', status: 202, body: 'x'.repeat(5 * 2 ** 20) } : PASS,
      /larger than 4194304 bytes/,
    ],
  ])('%s is not believed', async (_, fate, message) => {
    await failsAndMends(fate, { code: 'REGISTRY_INVALID', message: expect.stringMatching(message) });
  });

  it('or is none at all, is told so', async () => {
    proxy.fate = () => ({ kind: 'answer', status: 404, body: 'nginx' });
    await expect(push()).rejects.toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringMatching(/status 404, nginx/),
    });
  });
});
