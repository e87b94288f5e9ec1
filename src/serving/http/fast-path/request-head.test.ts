import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { randomIndex, seededRandom } from '../../../core/random.ts';
import { type FastPathHead, FastPathHeadParser } from './request-head.ts';

const readWholeHead = (text: string): FastPathHead | null => new FastPathHeadParser().read(text);

const headOf = (line: string, ...headers: readonly string[]): string =>
  [line, ...headers, '', ''].join('\r\n');
const LINE = 'POST /predict HTTP/1.1';
const USUAL = ['Host: x', 'content-length: 2'];

test('a usual head is read as node:http reads it', () => {
  const text = headOf(
    'POST /models/iris/predict?x=1 HTTP/1.1',
    'Host: a:80',
    'Content-Length:7',
    'X-Id: \t b c ',
    'x-none:',
  );
  expect(readWholeHead(`${text}{"rows"`)).toEqual({
    text,
    url: '/models/iris/predict?x=1',
    headers: { host: 'a:80', 'content-length': '7', 'x-id': 'b c', 'x-none': '' },
    length: 7,
  });
  expect(readWholeHead(headOf(LINE, ...USUAL, 'Connection: Keep-Alive'))).not.toBeNull();
});

test.each([
  ['another method', headOf('GET /predict HTTP/1.1', ...USUAL)],
  ['a method in lower case', headOf('post /predict HTTP/1.1', ...USUAL)],
  ['HTTP/1.0', headOf('POST /predict HTTP/1.0', ...USUAL)],
  ['an absolute form', headOf('POST http://x/predict HTTP/1.1', ...USUAL)],
  ['a space in its path', headOf('POST /pre dict HTTP/1.1', ...USUAL)],
  ['a byte beyond ASCII in its path', headOf('POST /pr\xe9dict HTTP/1.1', ...USUAL)],
  ['a fragment', headOf('POST /predict#x HTTP/1.1', ...USUAL)],
  ['no Host', headOf(LINE, 'content-length: 2')],
  ['two Hosts', headOf(LINE, ...USUAL, 'HOST: x')],
  ['no length', headOf(LINE, 'host: x')],
  ['two lengths', headOf(LINE, ...USUAL, 'Content-Length: 2')],
  ['a list of lengths', headOf(LINE, 'host: x', 'content-length: 2, 2')],
  ['a signed length', headOf(LINE, 'host: x', 'content-length: +2')],
  ['a length in hexadecimal', headOf(LINE, 'host: x', 'content-length: 0x2')],
  ['a length and chunks', headOf(LINE, ...USUAL, 'transfer-encoding: chunked')],
  ['an encoding', headOf(LINE, ...USUAL, 'Content-Encoding: gzip')],
  ['an expectation', headOf(LINE, ...USUAL, 'expect: 100-continue')],
  ['another protocol', headOf(LINE, ...USUAL, 'upgrade: h2c')],
  ['a connection that ends', headOf(LINE, ...USUAL, 'connection: close')],
  ['connection options', headOf(LINE, ...USUAL, 'connection: keep-alive, x-id')],
  ['a folded line', headOf(LINE, ...USUAL, 'x-id: a', ' b')],
  ['a blank before its colon', headOf(LINE, ...USUAL, 'x-id : a')],
  ['a name with an underscore', headOf(LINE, ...USUAL, 'x_id: a')],
  ['a line without a colon', headOf(LINE, ...USUAL, 'x-id')],
  ['a line feed by itself', headOf(LINE, ...USUAL, 'x-id: a\nx: b')],
  ['a carriage return by itself', headOf(LINE, ...USUAL, 'x-id: a\rb')],
  ['a zero byte', headOf(LINE, ...USUAL, 'x-id: a\0b')],
  ['line feeds alone', headOf(LINE, ...USUAL).replaceAll('\r\n', '\n')],
  ['an empty line first', `\r\n${headOf(LINE, ...USUAL)}`],
  ['no end', headOf(LINE, ...USUAL).slice(0, -2)],
])('%s is for node:http to judge', (_, text) => {
  expect(readWholeHead(text)).toBeNull();
});

/** What a head may be put together from, most of it wrong in some place. */
const LINES = [
  LINE,
  LINE,
  LINE,
  'POST /a?b=%20 HTTP/1.1',
  'POST  /a HTTP/1.1',
  'POST /a HTTP/1.1 ',
  'POST /a\tb HTTP/1.1',
];
const NAMES = [
  'x-a',
  'X-A',
  'accept',
  'cookie',
  'te',
  'x-\xe9',
  'connection',
  '__proto__',
  'constructor',
  '',
];
const VALUES = [
  'a',
  ' a ',
  '\ta\t',
  '',
  'keep-alive',
  'a, b',
  '\xe9',
  'a\x7f',
  'a\x0bb',
  'a\r',
  '\r\n b',
  'a;b="c"',
  '5',
];

test('whatever is read here, node:http reads alike', { timeout: 30_000 }, async () => {
  const seen: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => {
      body += bytes.toString();
    });
    request.on('end', () => {
      seen.push({ url: request.url!, headers: request.headers, body });
      response.writeHead(200, ['connection', 'close']).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const random = seededRandom(17);
  const any = <T>(from: readonly T[]): T => from[randomIndex(random, from.length)]!;
  let read = 0;
  for (let round = 0; round < 2000; round++) {
    const count = randomIndex(random, 4);
    const extra = Array.from({ length: count }, () => `${any(NAMES)}:${any(VALUES)}`);
    const text = headOf(any(LINES), 'host: x', ...extra, `content-length:${any(['2', ' 2', ' 02', '2 '])}`);
    const found = readWholeHead(`${text}{}`);
    if (found === null) continue;
    read++;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(`${found.text}{}`, 'latin1');
    await once(socket.resume(), 'close');
    const { url, headers, body } = seen.pop() ?? {};
    expect({ url, headers: { ...headers }, body, length: body?.length }, JSON.stringify(text)).toEqual({
      ...{ url: found.url, headers: { ...found.headers }, body: '{}', length: found.length },
    });
  }
  expect(read).toBeGreaterThan(100);
  server.close();
});

test('of heads that are sent again nothing is read twice, and how many are kept has an end', () => {
  const heads = new FastPathHeadParser();
  const read = (id: number): FastPathHead | null => heads.read(`${headOf(LINE, ...USUAL, `x-id: ${id}`)}{}`);
  const first = read(0);
  expect(read(0)).toBe(first);
  for (let id = 1; id < 1000; id++) read(id);
  expect(read(0)).toEqual(first);
  expect(read(0)).not.toBe(first);
});
