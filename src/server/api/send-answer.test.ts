import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startTestApi } from './testing/api.ts';

async function asked(url: string, accepted?: string) {
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [IncomingMessage];
  return {
    coding: response.headers['content-encoding'],
    vary: response.headers.vary,
    body: await buffer(response),
  };
}

test('a large answer is compressed for those who take that, and for nobody else', async () => {
  const api = await startTestApi();
  try {
    const large = `${api.url}/api/v1/rollouts/ro_1`;
    const plain = await asked(large);
    expect([plain.coding, plain.vary]).toEqual([undefined, 'accept-encoding']);
    expect(plain.body.length).toBeGreaterThan(1024);
    for (const accepted of ['gzip', 'br, gzip;q=0.5', '*']) {
      const packed = await asked(large, accepted);
      expect(packed.coding).toBe('gzip');
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
      expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    }
    for (const accepted of ['gzip;q=0', 'gzip; q=0.0', '*, gzip;q=0', 'br', 'identity', 'xgzip'])
      expect([accepted, (await asked(large, accepted)).coding]).toEqual([accepted, undefined]);
    expect((await asked(`${api.url}/api/v1/endpoints?limit=1`, 'gzip')).body.length).toBeGreaterThan(0);
  } finally {
    await api.close();
  }
});
