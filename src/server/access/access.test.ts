import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { type AccessSettings, LOCAL_ACCESS } from '../../config/access.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Scope } from '../../store/scopes.ts';
import { AccessControl } from './access.ts';

const NOW = 1_800_000_000_000;
const key = (name: string, scope: Scope, change: Partial<KnownKey> = {}): [string, KnownKey] => [
  name,
  { name, scope, endpoints: [], sha256: '', expiresAt: null, ...change },
];
const KEYS = new Map([
  key('churn', 'predict', { endpoints: ['churn'] }),
  key('all', 'predict'),
  key('viewer', 'viewer'),
  key('operator', 'operator'),
  key('admin', 'admin'),
  key('over', 'admin', { expiresAt: NOW }),
  key('lasting', 'admin', { expiresAt: NOW + 1 }),
]);

const refusals: string[] = [];
const accessOf = (settings: Partial<AccessSettings>, healthPaths: readonly string[] = []): AccessControl =>
  new AccessControl({
    settings: { ...LOCAL_ACCESS, ...settings },
    find: (given) => KEYS.get(given) ?? null,
    clock: { now: () => NOW, monotonic: () => 0 },
    healthPaths,
    onRefusal: (why) => refusals.push(why),
  });

const asking = (
  headers: Record<string, string>,
  remoteAddress = '10.0.0.1',
  method = 'POST',
): IncomingMessage =>
  ({ method, headers: { host: 'localhost', ...headers }, socket: { remoteAddress } }) as never;
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

/** Code of the refusal, or `in`. */
function outcome(work: () => void): string {
  try {
    work();
    return 'in';
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return error.code;
  }
}

test.each([
  [{}, 'PREDICTION_UNAUTHORIZED'],
  [bearer('nobody'), 'PREDICTION_UNAUTHORIZED'],
  [bearer('over'), 'PREDICTION_UNAUTHORIZED'],
  [{ authorization: `Basic ${btoa('x:all')}` }, 'PREDICTION_UNAUTHORIZED'],
  [bearer('viewer'), 'PREDICTION_FORBIDDEN'],
  [bearer('churn'), 'in'],
  [bearer('all'), 'in'],
  [bearer('lasting'), 'in'],
  [{ 'x-api-key': 'all' }, 'in'],
  [{ authorization: 'AWS4-HMAC-SHA256 Credential=x', 'x-api-key': 'all' }, 'in'],
  [{ authorization: 'bearer   all  ' }, 'in'],
  [{ ...bearer('all'), origin: 'http://evil.example', host: 'evil.example' }, 'in'],
])('where keys are wanted, a prediction of churn with %j is %s', (headers, wanted) => {
  expect(outcome(() => accessOf({ mode: 'keys' }).admit(asking(headers as never), 'churn'))).toBe(wanted);
});

test('a key for one endpoint is for no other, and for no page but what is said of its model', () => {
  const access = accessOf({ mode: 'keys' });
  const request = asking(bearer('churn'));
  expect(outcome(() => access.admit(request, 'price'))).toBe('PREDICTION_FORBIDDEN');
  const page = (path: string) => outcome(() => access.admitPage(request, path));
  expect(['/v2/models/churn', '/v1/models/churn', '/v2/models/churn/versions/1/ready'].map(page)).toEqual(
    Array(3).fill('in'),
  );
  for (const path of [
    '/v2/models/price',
    '/v2/models/churning',
    '/v1/models/churn:price',
    '/models',
    '/metrics',
    '/docs',
    '/v2',
    '/',
  ])
    expect([path, page(path)]).toEqual([path, 'SCOPE_FORBIDDEN']);
});

test('health is open, metrics are where that is said, and pages take the key as a password', () => {
  const access = accessOf({ mode: 'keys', openMetrics: true }, ['/custom/health']);
  const page = (path: string, headers = {}) => outcome(() => access.admitPage(asking(headers), path));
  for (const path of ['/healthz', '/readyz', '/ping', '/v2/health/ready', '/custom/health', '/metrics'])
    expect([path, page(path)]).toEqual([path, 'in']);
  expect(page('/docs')).toBe('CONTROL_UNAUTHORIZED');
  expect(page('/docs', { authorization: `Basic ${btoa('ana:viewer')}` })).toBe('in');
  expect(page('/docs', { authorization: `Basic ${btoa('ana:all')}` })).toBe('SCOPE_FORBIDDEN');
});

test('the Python package is for whoever has a key, as pip sends it', () => {
  const access = accessOf({ mode: 'keys' });
  const page = (path: string, headers = {}) => outcome(() => access.admitPage(asking(headers), path));
  for (const path of ['/clients/python', '/clients/python/plimsoll_ml-0.1.0-py3-none-any.whl']) {
    expect(page(path)).toBe('CONTROL_UNAUTHORIZED');
    for (const key of ['all', 'churn', 'viewer'])
      expect(page(path, { authorization: `Basic ${btoa(`key:${key}`)}` })).toBe('in');
  }
  expect(page('/clientsx', bearer('churn'))).toBe('SCOPE_FORBIDDEN');
});

test('an open address lets predictions in from anywhere but pages of other sites, a platform lets in everything', () => {
  const from = { origin: 'https://evil.example', host: '192.168.1.7:8080' };
  const own = { origin: 'http://192.168.1.7:8080', host: '192.168.1.7:8080' };
  const insecure = accessOf({ mode: 'insecure', address: '192.168.1.7' });
  const predict = (access: AccessControl, headers: object) =>
    outcome(() => access.admit(asking(headers as never), 'm'));
  expect([{}, own, from].map((headers) => predict(insecure, headers))).toEqual([
    'in',
    'in',
    'ORIGIN_FORBIDDEN',
  ]);
  const otherPort = { ...own, origin: 'http://192.168.1.7:9090' };
  expect(predict(insecure, otherPort)).toBe('ORIGIN_FORBIDDEN');
  expect(outcome(() => insecure.admitPage(asking({ host: 'any.name' }), '/docs'))).toBe('in');
  expect(predict(accessOf({ mode: 'platform' }), from)).toBe('in');
});

test('on loopback a name that was rebound reads nothing where predictions are answered, as browsers read without an origin', () => {
  const ask = (host: string, method: string) =>
    outcome(() => accessOf({}).admit(asking({ host }, '127.0.0.1', method), 'm'));
  expect(
    ['evil.example', 'localhost.', 'localhost.evil.example', '0.0.0.0', ''].map((host) => ask(host, 'GET')),
  ).toEqual(Array(5).fill('HOST_FORBIDDEN'));
  expect(['LOCALHOST:8080', '127.1.2.3', '[::1]:80'].map((host) => ask(host, 'HEAD'))).toEqual(
    Array(3).fill('in'),
  );
  const names = (mode: AccessSettings['mode'], host: string) =>
    accessOf({ mode }).namesModels(asking({ host }));
  expect([
    names('local', 'evil.example'),
    names('local', 'localhost:1'),
    names('insecure', 'any'),
    names('keys', 'localhost'),
  ]).toEqual([false, true, true, false]);
  // Programs behind a proxy that keeps their name; a browser would say from where it posts.
  expect(ask('models.lan', 'POST')).toBe('in');
});

test('who asks too often is told apart by key, and by address without one', () => {
  const access = accessOf({ mode: 'keys', rate: { perSecond: 1, burst: 2 } });
  const predict = (name: string) => outcome(() => access.admit(asking(bearer(name)), 'churn'));
  expect([predict('all'), predict('all'), predict('all'), predict('admin')]).toEqual([
    'in',
    'in',
    'RATE_LIMITED',
    'in',
  ]);
  const open = accessOf({ mode: 'insecure', rate: { perSecond: 1, burst: 1 } });
  const from = (address: string) => outcome(() => open.admit(asking({}, address), 'm'));
  expect([from('10.0.0.1'), from('::ffff:10.0.0.1'), from('10.0.0.2')]).toEqual(['in', 'RATE_LIMITED', 'in']);
});

test('strangers use up nothing of what those with a key may ask of the control API from the same address', () => {
  const access = accessOf({ mode: 'keys', rate: { perSecond: 1, burst: 1 } });
  const control = (headers: object) =>
    outcome(() => access.admitControl(asking(headers as never), new EventEmitter() as never));
  expect([{}, {}, bearer('nobody'), bearer('over'), bearer('admin'), bearer('admin')].map(control)).toEqual([
    'in',
    ...Array(3).fill('RATE_LIMITED'),
    'in',
    'RATE_LIMITED',
  ]);
});

test('every refusal is counted by why', () => {
  refusals.length = 0;
  const access = accessOf({ mode: 'keys' });
  outcome(() => access.admit(asking({}), 'm'));
  outcome(() => access.admit(asking(bearer('viewer')), 'm'));
  outcome(() => access.admitPage(asking(bearer('all')), '/docs'));
  outcome(() => accessOf({}).admitPage(asking({ host: 'evil.example' }), '/docs'));
  outcome(() => accessOf({}).admit(asking({ origin: 'null' }), 'm'));
  expect(refusals).toEqual(['unauthorized', 'forbidden', 'forbidden', 'cross-site', 'cross-site']);
});
