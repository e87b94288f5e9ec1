import { expect, test } from 'vitest';
import { AnswerMalformed, AnswerReader } from './answer-reader.ts';

const ANSWERS: Readonly<Record<string, { text: string; status: string; closes: boolean; body: string }>> = {
  'a length': {
    text: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nServer-Timing: predict;dur=1.5\r\n\r\nhello',
    ...{ status: '200', closes: false, body: '' },
  },
  'a failure with its body': {
    text: 'HTTP/1.1 422 No\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"a":"b"}',
    ...{ status: '422', closes: true, body: '{"a":"b"}' },
  },
  'chunks and trailers': {
    text: 'HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n',
    ...{ status: '500', closes: false, body: 'Wiki0123456789' },
  },
  'no body': {
    text: 'HTTP/1.1 204 No Content\r\n\r\n',
    ...{ status: '204', closes: false, body: '' },
  },
  'an empty body': {
    text: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    ...{ status: '200', closes: false, body: '' },
  },
  'a word before it': {
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    ...{ status: '200', closes: false, body: '' },
  },
};

for (const [name, { text, status, closes, body }] of Object.entries(ANSWERS))
  test(`${name} is read the same, wherever its bytes are cut`, () => {
    const bytes = Buffer.from(text);
    const reader = new AnswerReader();
    for (let cut = 0; cut <= bytes.length; cut++) {
      reader.reset();
      const parts = [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0);
      const whole = parts.map((part) => reader.read(part));
      expect(whole.at(-1)).toBe(true);
      expect(whole.slice(0, -1).every((done) => !done)).toBe(true);
      expect(reader).toMatchObject({ status, closes, body });
    }
    reader.reset();
    for (const [i, byte] of bytes.entries())
      expect(reader.read(Buffer.of(byte))).toBe(i === bytes.length - 1);
  });

test('stages are read whatever the case of the header', () => {
  const reader = new AnswerReader();
  reader.read(Buffer.from(ANSWERS['a length']!.text));
  expect(reader.timing).toBe('predict;dur=1.5');
});

test('a body without a length ends with its connection, a body that is cut does not', () => {
  const reader = new AnswerReader();
  expect(reader.read(Buffer.from('HTTP/1.1 200 OK\r\n\r\nsome'))).toBe(false);
  expect(reader.end()).toBe(true);
  expect(reader.closes).toBe(true);
  reader.reset();
  expect(reader.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome'))).toBe(false);
  expect(reader.end()).toBe(false);
});

test.each([
  ['SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`],
  [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'y'.repeat(70_000)}`],
])('what is no HTTP/1.1 is refused, and never grows without end: %#', (text) => {
  expect(() => new AnswerReader().read(Buffer.from(text))).toThrow(AnswerMalformed);
});
