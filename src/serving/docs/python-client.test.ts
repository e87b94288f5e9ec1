import { expect, test } from 'vitest';
import { originOf } from './python-client.ts';

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
  expect(originOf({ host }, false)).toBe(origin);
});

test('who asked over TLS, or with a key, is shown a line that does so, without the key', () => {
  expect(originOf({ host: 'ml.example' }, true)).toBe('https://ml.example');
  expect(originOf({ host: 'ml.example', authorization: 'Bearer secret' }, true)).toBe(
    'https://key:$PLIMSOLL_KEY@ml.example',
  );
  expect(originOf({}, false)).toBe('http://SERVER');
});
