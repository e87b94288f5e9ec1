import { expect, test } from 'vitest';
import { requestOrigin } from './python-client.ts';

test.each([
  ['localhost:8080', 'http://localhost:8080'],
  ['ml.example', 'http://ml.example'],
  ['[::1]:80', 'http://[::1]:80'],
  ['"><script>', 'http://SERVER'],
  ['a b', 'http://SERVER'],
  ['x@evil.example', 'http://SERVER'],
  ['evil.example/#', 'http://SERVER'],
  ['', 'http://SERVER'],
])('who asked by the name %s is shown %s', (host, origin) => {
  expect(requestOrigin({ host }, false)).toBe(origin);
});

test('who asked over TLS, or with a key, is shown a line that does so, without the key', () => {
  expect(requestOrigin({ host: 'ml.example' }, true)).toBe('https://ml.example');
  expect(requestOrigin({ host: 'ml.example', authorization: 'Bearer secret' }, true)).toBe(
    'https://key:$PLIMSOLL_KEY@ml.example',
  );
  expect(requestOrigin({}, false)).toBe('http://SERVER');
});
