import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { checkedLookup, mayRedirectTo, sendOutbound } from './outbound.ts';

const NEVER = { headers: {}, signal: new AbortController().signal };

afterEach(() => {
  delete process.env['PLIMSOLL_LINK_LOCAL'];
  delete process.env['PLIMSOLL_REDIRECT_HOSTS'];
});

test('a request goes out and its answer comes back, a redirect as it is', async () => {
  const server = createServer(async (request, response) => {
    response.writeHead(302, { location: '/x' }).end(`${request.method} ${await text(request)}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const answer = await sendOutbound(url, { ...NEVER, method: 'POST', body: 'Käse' });
  expect([answer.statusCode, await text(answer)]).toEqual([302, 'POST Käse']);
  server.closeAllConnections();
  server.close();
});

test('a link-local address is refused before anything is sent, and the setting that allows it is named', async () => {
  for (const host of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]', '2852039166'])
    await expect(sendOutbound(new URL(`http://${host}/latest/meta-data`), NEVER)).rejects.toMatchObject({
      code: 'ADDRESS_FORBIDDEN',
      hint: expect.stringContaining('PLIMSOLL_LINK_LOCAL=on'),
    });
});

test('a name is refused by what it means when it is connected to', async () => {
  const looked = (address: string): Promise<unknown> =>
    new Promise((resolve) => checkedLookup(address, {}, (error, found) => resolve(error ?? found)));
  expect(await looked('169.254.169.254')).toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  expect(await looked('127.0.0.1')).toBe('127.0.0.1');
  const all = await new Promise((resolve) =>
    checkedLookup('127.0.0.1', { all: true }, (_, found) => resolve(found)),
  );
  expect(all).toEqual([{ address: '127.0.0.1', family: 4 }]);
  process.env['PLIMSOLL_LINK_LOCAL'] = 'on';
  expect(await looked('169.254.169.254')).toBe('169.254.169.254');
});

test('the operator says to which hosts requests may be sent on', () => {
  const url = new URL('https://cdn.example/x');
  expect(mayRedirectTo(url)).toBe(false);
  process.env['PLIMSOLL_REDIRECT_HOSTS'] = 'a.example, CDN.example';
  expect(mayRedirectTo(url)).toBe(true);
  process.env['PLIMSOLL_REDIRECT_HOSTS'] = '*';
  expect(mayRedirectTo(new URL('http://b.example'))).toBe(true);
});
