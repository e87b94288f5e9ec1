import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RemoteControl } from './remote.ts';

/** What the server answers, by path. */
const answers = new Map<string | undefined, unknown>();
const server = createServer(({ url }, response) => response.end(JSON.stringify(answers.get(url))));
let control: RemoteControl;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  control = new RemoteControl({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterAll(() => {
  server.close();
});

const KEYS = { items: [{ keyId: 'k', publicKey: 'p' }], next: null };

test('an answer of another shape is refused, and what is wrong with it is named', async () => {
  answers.set('/api/v1/keys', { ...KEYS, items: [{ keyId: 7 }] });
  await expect(control.keys()).rejects.toMatchObject({
    code: 'CONTROL_ANSWER_INVALID',
    details: {
      reason: 'items[0].keyId is 7, wanted a text; items[0].publicKey is missing, wanted a text',
    },
  });
});

test('what a newer server says besides is passed on', async () => {
  answers.set('/api/v1/keys', { ...KEYS, items: [{ keyId: 'k', publicKey: 'p', algorithm: 'Ed25519' }] });
  expect(await control.keys()).toEqual([{ keyId: 'k', publicKey: 'p', algorithm: 'Ed25519' }]);
});
