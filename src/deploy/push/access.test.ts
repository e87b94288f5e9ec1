/** Who pushes: passwords, tokens, helpers, certificates; against docker-registry as it is set up for each. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsFrom } from './credentials.ts';
import { type PushedImage, pushImage } from './push.ts';
import { makeImage, pushOptions } from './testing/image.ts';
import { startProxy } from './testing/proxy.ts';
import { HTPASSWD, startRegistry, type TestRegistry } from './testing/registry.ts';
import { makeCertificate, REFRESH_TOKEN, startTokens, type TokenServer } from './testing/tokens.ts';

const PASSWORD = { kind: 'password', user: 'somebody', password: 'secret' } as const;
const as = (credentials: Awaited<ReturnType<ReturnType<typeof credentialsFrom>>>) =>
  pushOptions({ credentials: async () => credentials });

let image: PushedImage;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-access-'));
  image = makeImage([1000, 100]);
});
afterAll(() => {
  for (const path of [folder, image.folder]) rmSync(path, { recursive: true });
});

describe('a registry with passwords', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry({
      auth: (home) => {
        writeFileSync(join(home, 'htpasswd'), HTPASSWD);
        return `{htpasswd: {realm: test, path: ${join(home, 'htpasswd')}}}`;
      },
    });
  });
  afterAll(() => registry.stop());

  it('takes an image from somebody, and from nobody else, in its own words', async () => {
    await pushImage(image, `${registry.host}/basic:1`, as(PASSWORD));
    for (const wrong of [null, { ...PASSWORD, password: 'hunter2' }]) {
      const failed = pushImage(image, `${registry.host}/basic:1`, as(wrong));
      await expect(failed).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
      await expect(failed).rejects.toMatchObject({ message: expect.stringMatching(/401/) });
      await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
    }
  });

  it('is logged in to with what `docker login` has left, or the environment says', async () => {
    const auth = Buffer.from('somebody:secret').toString('base64');
    const helper = join(folder, 'docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread -r server\n[ "$1 $server" = "get ${registry.host}" ] || { echo "credentials not found in native keychain"; exit 1; }\necho '{"ServerURL":"x","Username":"somebody","Secret":"secret"}'\n`,
    );
    chmodSync(helper, 0o755);
    const configs = [
      { auths: { [registry.host]: { auth } } },
      { auths: { [`https://${registry.host}`]: { username: 'somebody', password: 'secret' } } },
      { auths: { [`http://${registry.host}/v2/`]: { auth }, [`${registry.host}0`]: { auth: 'eDp5' } } },
      { credHelpers: { [registry.host]: 'test' }, auths: { [registry.host]: { auth: 'eDp5' } } },
      { credsStore: 'test', auths: { [registry.host]: {} } },
      { credsStore: 'test' },
    ];
    for (const [index, config] of configs.entries()) {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
      const environment = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` };
      const credentials = credentialsFrom(environment);
      await pushImage(image, `${registry.host}/login:${index}`, pushOptions({ credentials }));
      expect(await credentials('elsewhere.example.com')).toBeNull();
    }
    const credentials = credentialsFrom({
      DOCKER_CONFIG: folder,
      PLIMSOLL_REGISTRY_USER: 'somebody',
      PLIMSOLL_REGISTRY_PASSWORD: 'secret',
    });
    writeFileSync(join(folder, 'config.json'), '{}');
    await pushImage(image, `${registry.host}/login:environment`, pushOptions({ credentials }));
  });
});

describe('credentials', () => {
  it.each<[string, string | object, NodeJS.ProcessEnv, RegExp]>([
    ['a file that is no JSON', '{"auths": {"x": secret', {}, /no JSON object/],
    [
      'an entry that is no base64 of both',
      { auths: { x: { auth: 'c2VjcmV0' } } },
      {},
      /no user and password/,
    ],
    ['a helper that is not there', { credsStore: 'nowhere' }, {}, /no such program/],
    ['a helper with a path for a name', { credsStore: '../../bin/sh' }, {}, /names no helper/],
    ['half of the variables', {}, { PLIMSOLL_REGISTRY_USER: 'me' }, /PASSWORD is missing/],
  ])('from %s are refused without showing them', async (_, config, environment, reason) => {
    writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
    const failed = credentialsFrom({ PATH: '/usr/bin', DOCKER_CONFIG: folder, ...environment })('x');
    await expect(failed).rejects.toMatchObject({
      code: 'CREDENTIALS_UNREADABLE',
      message: expect.stringMatching(reason),
    });
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });

  it('of Docker Hub are found under the name that Docker gives it, identity tokens before passwords', async () => {
    const auth = Buffer.from('me:pa:ss').toString('base64');
    const hub = { 'https://index.docker.io/v1/': { auth } };
    const token = { 'gcr.io': { auth, identitytoken: 'abc' } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { ...hub, ...token } }));
    const find = credentialsFrom({ DOCKER_CONFIG: folder });
    expect(await find('docker.io')).toEqual({ kind: 'password', user: 'me', password: 'pa:ss' });
    expect(await find('gcr.io')).toEqual({ kind: 'identity', token: 'abc' });
    expect(await find('constructor')).toBeNull();
    expect(await credentialsFrom({ DOCKER_CONFIG: join(folder, 'absent') })('docker.io')).toBeNull();
  });
});

describe('a registry with tokens', () => {
  let tokens: TokenServer;
  let registry: TestRegistry;
  beforeAll(async () => {
    tokens = await startTokens();
    registry = await startRegistry({ auth: () => tokens.auth });
  });
  afterAll(async () => {
    await registry.stop();
    await tokens.stop();
  });
  const asked = () => tokens.asked.splice(0).map(({ parameters }) => parameters.getAll('scope'));

  it('takes an image for one token, which is asked for once with the right to push', async () => {
    tokens.asked.length = 0;
    await pushImage(image, `${registry.host}/token/one:1`, as(PASSWORD));
    expect(tokens.asked[0]!.parameters.get('service')).toBe('test-registry');
    expect(asked()).toEqual([['repository:token/one:pull,push']]);
  });

  it('takes an identity token, and wants the right to read where layers are mounted from', async () => {
    const options = { ...as({ kind: 'identity', token: REFRESH_TOKEN }), mountFrom: ['token/one'] };
    await pushImage(image, `${registry.host}/token/one:1`, options);
    tokens.asked.length = 0;
    const { blobs } = await pushImage(image, `${registry.host}/token/two:1`, options);
    expect(blobs.map(({ outcome }) => outcome)).toEqual(['mounted', 'mounted', 'mounted']);
    expect(tokens.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(asked()).toEqual([
      ['repository:token/two:pull,push'],
      ['repository:token/two:pull,push repository:token/one:pull'],
    ]);
  });

  it('gets a fresh token where the old one has run out, by its own word or by the refusal', async () => {
    tokens.says = 5;
    await pushImage(image, `${registry.host}/token/short:1`, as(PASSWORD));
    expect(asked().length).toBeGreaterThan(5);
    tokens.says = 300;
    // docker-registry forgives a minute.
    tokens.holds.push(-61);
    await pushImage(image, `${registry.host}/token/short:1`, as(PASSWORD));
    expect(asked()).toHaveLength(2);
  });

  it('denies what two tokens in a row do not allow', async () => {
    tokens.holds.push(-61, -61);
    await expect(pushImage(image, `${registry.host}/token/short:1`, as(PASSWORD))).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
    });
    expect(asked()).toHaveLength(2);
  });

  it('says no to nobody and to a wrong password, whose words are quoted', async () => {
    await expect(pushImage(image, `${registry.host}/token/no:1`, as(null))).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
    });
    await expect(
      pushImage(image, `${registry.host}/token/no:1`, as({ ...PASSWORD, password: 'x' })),
    ).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      message: expect.stringMatching(/UNAUTHORIZED: incorrect password/),
    });
  });
});

describe('where passwords go', () => {
  it('is never to another host: neither after a redirect, nor with an upload, nor to its challenge', async () => {
    const registry = await startRegistry();
    const elsewhere = await startProxy(registry.host);
    const proxy = await startProxy(registry.host);
    // "localhost" is another host than "127.0.0.1".
    const other = elsewhere.host.replace('127.0.0.1', 'localhost');
    elsewhere.fate = (_, index) =>
      index === 0
        ? { kind: 'answer', status: 401, headers: { 'www-authenticate': `Bearer realm="http://${other}/t"` } }
        : { kind: 'pass' };
    proxy.fate = ({ path, headers, method }) => {
      if (headers.authorization === undefined)
        return { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
      if (method === 'HEAD')
        return { kind: 'answer', status: 307, headers: { location: `http://${other}${path}` } };
      if (method !== 'POST') return { kind: 'pass' };
      const change = (answered: object) => ({
        ...answered,
        location: String((answered as { location?: string }).location).replace(proxy.host, other),
      });
      return { kind: 'pass', change };
    };
    try {
      await pushImage(image, `${proxy.host}/other:1`, as(PASSWORD));
      expect(proxy.seen.every(({ headers }, index) => index < 1 || headers.authorization)).toBe(true);
      expect(elsewhere.seen.filter(({ method }) => method === 'PUT').length).toBe(3);
      for (const { headers, path } of elsewhere.seen) {
        expect(headers.authorization, path).toBeUndefined();
        expect(path).not.toMatch(/^\/t/);
      }
    } finally {
      await Promise.all([proxy.stop(), elsewhere.stop(), registry.stop()]);
    }
  });

  it('is only where there is TLS, or this machine', async () => {
    const proxy = await startProxy('127.0.0.1:1');
    const challenge = (realm: string) => () =>
      ({
        kind: 'answer',
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${realm}"` },
      }) as const;
    try {
      for (const realm of ['http://registry.example.com/token', 'ftp://127.0.0.1/', 'http://10.0.0.1/']) {
        proxy.fate = challenge(realm);
        await expect(pushImage(image, `${proxy.host}/realm:1`, as(PASSWORD))).rejects.toMatchObject({
          code: 'REGISTRY_INSECURE',
        });
      }
      proxy.fate = challenge('nowhere');
      await expect(pushImage(image, `${proxy.host}/realm:1`, as(PASSWORD))).rejects.toMatchObject({
        code: 'REGISTRY_INVALID',
      });
      for (const status of [307, 302, 308])
        for (const to of ['http://10.0.0.1/x', 'file:///etc/passwd', '//example.com/x']) {
          proxy.fate = ({ path }) =>
            path === '/v2/'
              ? { kind: 'answer', status: 200 }
              : { kind: 'answer', status, headers: { location: to } };
          await expect(pushImage(image, `${proxy.host}/to:1`, as(PASSWORD))).rejects.toMatchObject({
            code: 'REGISTRY_INSECURE',
          });
        }
    } finally {
      await proxy.stop();
    }
  });

  it('is not to a host with a certificate that does not hold, even where none is needed', async () => {
    const registry = await startRegistry({
      http: (home) => {
        makeCertificate(home, 'registry');
        return `tls: {certificate: ${join(home, 'cert.pem')}, key: ${join(home, 'key.pem')}}`;
      },
    });
    try {
      for (const insecure of [false, true])
        await expect(
          pushImage(image, `${registry.host}/tls:1`, { ...as(PASSWORD), insecure }),
        ).rejects.toMatchObject({
          code: 'REGISTRY_INSECURE',
          message: expect.stringMatching(/self.signed/),
        });
    } finally {
      await registry.stop();
    }
  });
});
