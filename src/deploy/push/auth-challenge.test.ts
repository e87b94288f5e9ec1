import { describe, expect, it } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { challengeOf } from './auth-challenge.ts';

describe('what a registry asks for', () => {
  it.each([
    ['Basic realm="basic-realm"', { scheme: 'basic' }],
    ['BASIC', { scheme: 'basic' }],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"',
      { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    ],
    [
      'bearer  service = x , realm = "https://a/b?c=\\"d\\""',
      { scheme: 'bearer', realm: 'https://a/b?c="d"', service: 'x' },
    ],
    ['Basic realm="x", Bearer realm="https://a"', { scheme: 'bearer', realm: 'https://a', service: null }],
    ['Negotiate, Basic realm="x"', { scheme: 'basic' }],
    ['Bearer service="no realm"', null],
    ['Digest realm="x"', null],
    ['', null],
    [undefined, null],
  ])('%s', (header, expected) => {
    expect(challengeOf(header)).toEqual(expected);
  });

  it('is read in time that grows with its length, whatever is in it', () => {
    const took = processorMillis(() => {
      for (const text of ['Bearer a=', '"', 'Basic ,', 'x="\\', ' ', 'a="b",'])
        challengeOf(text.repeat(100_000));
    });
    expect(took).toBeLessThan(1000);
  });
});
