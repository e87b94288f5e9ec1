import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { hasBrowser, inBrowser, openBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { metric } from '../serving/serve.ts';
import { ask, IRIS } from './server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** The name of an attacker, once it is rebound to this machine. */
const REBOUND = [
  '--host-resolver-rules=MAP evil.example 127.0.0.1',
  // What newer browsers keep from inner networks by themselves is not to be relied upon.
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
];

let server: Served;
let other: Server;
let browser: Browser;

beforeAll(async () => {
  server = await served([
    example('iris.joblib'),
    '--data',
    folder(),
    '--workers',
    '1',
    '--hosts',
    'app.example',
  ]);
  other = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>hello</p>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  if (hasBrowser) browser = await openBrowser(...REBOUND);
});
afterAll(async () => {
  await browser?.close();
  other?.close();
  await server?.stop();
});

const port = (): string => new URL(server.said.url).port;
const predicted = () => metric(server.said.url, /inference_requests_total\{.*outcome="ok"\} (\d+)/);
const refused = () => metric(server.said.url, /plimsoll_requests_refused_total\{reason="cross-site"\} (\d+)/);

interface Init {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a script on a page gets; `null` where the browser keeps the answer from it. */
type Got = { readonly status: number; readonly text: string } | null;

/** Opens a page and has a script on it ask for one after the other. `page` is answered by a server of the attacker's. */
async function script(page: string, attempts: readonly (readonly [string, Init])[]): Promise<readonly Got[]> {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.route(page, (route) => route.fulfill({ contentType: 'text/html', body: '<p>evil</p>' }));
  await tab.goto(page);
  const got = await tab.evaluate(async (all) => {
    const answers: Got[] = [];
    for (const [where, how] of all)
      answers.push(
        await fetch(where, how).then(
          async (answer) => ({ status: answer.status, text: await answer.text() }),
          () => null,
        ),
      );
    return answers;
  }, attempts);
  await context.close();
  return got;
}

const BODY = JSON.stringify(IRIS);
const PREDICT: Init = { method: 'POST', body: BODY, headers: { 'content-type': 'application/json' } };

inBrowser('a name that was rebound to this address gets nothing out of it, in a real browser', async () => {
  const evil = `http://evil.example:${port()}`;
  const page = `${evil}/attack`;
  const before = await predicted();
  const attempts: readonly (readonly [string, Init])[] = [
    ['/models/iris/predict', PREDICT],
    ['/predict', { method: 'POST', body: BODY }],
    ['/invocations', PREDICT],
    ['/v2/models/iris/infer', PREDICT],
    // Browsers say of no page where it reads.
    ['/models/iris/predict', {}],
    ['/models/none/predict', {}],
    ['/v2/models/none/infer', {}],
    ['/predict', { method: 'HEAD' }],
    ['/models', {}],
    ['/metrics', {}],
    ['/docs', {}],
    ['/openapi.json', {}],
    ['/api/v1/models', {}],
    ['/api/v1/endpoints/iris:rollback', PREDICT],
    ['/api/v1/api-keys', { ...PREDICT, body: '{"name":"evil","scope":"admin"}' }],
  ];
  const got = await script(page, [...attempts, ['/healthz', {}], ['/readyz', {}]]);
  // Whether a server is alive and ready is no secret, but of what it is.
  expect(got.slice(-2)).toEqual([
    { status: 200, text: '{"status":"ok"}' },
    { status: 200, text: '{"status":"ready"}' },
  ]);
  for (const [k, [path]] of attempts.entries()) {
    expect([path, got[k]?.status]).toEqual([path, 403]);
    expect(got[k]?.text).not.toContain('"iris"');
  }
  expect(await predicted()).toBe(before);
});

inBrowser('a page of another site changes and predicts nothing, by script or by form', async () => {
  const page = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const [before, refusedBefore] = [await predicted(), await refused()];
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(page);
  const sent = await tab.evaluate(
    async ([url, body]) => {
      const simple = { method: 'POST', mode: 'no-cors', body } as const;
      const kinds: string[] = [];
      for (const path of [
        '/models/iris/predict',
        '/invocations',
        '/api/v1/gc',
        '/api/v1/endpoints/iris:rollback',
      ])
        kinds.push(
          await fetch(`${url}${path}`, simple).then(
            ({ type }) => type,
            () => 'kept',
          ),
        );
      const readable = await fetch(`${url}/models`).then(
        () => true,
        () => false,
      );
      return { kinds, readable };
    },
    [server.said.url, BODY] as const,
  );
  // What the script is not to read it does not get.
  expect(sent).toEqual({ kinds: ['opaque', 'opaque', 'kept', 'kept'], readable: false });
  await tab.setContent(
    `<form method="post" enctype="text/plain" action="${server.said.url}/models/iris/predict">` +
      `<input name='{"rows":[[5.1,3.5,1.4,0.2]],"x":"' value='"}'></form>`,
  );
  const [answer] = await Promise.all([
    tab.waitForResponse((response) => response.url().includes('/predict')),
    tab.locator('form').evaluate((form) => (form as unknown as { submit(): void }).submit()),
  ]);
  expect(answer.status()).toBe(403);
  await context.close();
  expect(await predicted()).toBe(before);
  expect(await refused()).toBeGreaterThan(refusedBefore);
});

test.each([
  ['a program', {}, 200],
  ['a program behind a proxy that keeps the name', { host: 'models.lan' }, 200],
  ['a page of this server', { origin: 'http://localhost:1', host: 'localhost:1' }, 200],
  ['a page of a name that was given, behind a proxy', { origin: 'https://app.example' }, 200],
  ['the same behind one that keeps the name', { origin: 'https://app.example', host: 'app.example' }, 200],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
  ['a page of another site', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a rebound name', { origin: 'http://evil.example', host: 'evil.example' }, 403],
] as const)('predictions for %s: %j is %i', async (_, headers, status) => {
  expect((await ask(`${server.said.url}/predict`, { body: IRIS, headers })).status).toBe(status);
});

test('nothing says that another site may read an answer', async () => {
  for (const path of ['/predict', '/models', '/metrics', '/api/v1/models']) {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const { headers: answered } = await ask(`${server.said.url}${path}`, { method: 'OPTIONS', headers });
    expect([path, Object.keys(answered).filter((name) => name.startsWith('access-control'))]).toEqual([
      path,
      [],
    ]);
  }
});
