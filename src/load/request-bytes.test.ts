import { expect, test } from 'vitest';
import { requestBytes } from './request-bytes.ts';

const TARGET = { host: '::1', port: 80, isSecure: false };
const REQUEST = { method: 'POST', path: '/p', headers: { 'x-a': 'b' }, bodies: ['é', ''] };

test('a request has its host, its headers and the length of each body in bytes', () => {
  expect(requestBytes(TARGET, REQUEST).map(String)).toEqual([
    'POST /p HTTP/1.1\r\nhost: [::1]:80\r\nx-a: b\r\ncontent-length: 2\r\n\r\né',
    'POST /p HTTP/1.1\r\nhost: [::1]:80\r\nx-a: b\r\ncontent-length: 0\r\n\r\n',
  ]);
});

test.each([
  { ...REQUEST, path: '/p HTTP/1.1\r\nx: y' },
  { ...REQUEST, path: '/a b' },
  { ...REQUEST, headers: { 'x-a': 'b\r\nx-c: d' } },
  { ...REQUEST, headers: { 'x-a\n': 'b' } },
])('what would end a line of the head is refused: %#', (request) => {
  expect(() => requestBytes(TARGET, request)).toThrow(/characters that HTTP does not take/);
});
