import { describe, expect, it } from 'vitest';
import { isLoopback, parseReference, written } from './reference.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const parts = (text: string) => {
  const { host, repository, tag, digest } = parseReference(text);
  return [host, repository, tag, digest];
};

describe('names of images', () => {
  it.each([
    // As `docker pull` and `skopeo inspect docker://` take them.
    ['churn', ['registry-1.docker.io', 'library/churn', 'latest', null]],
    ['me/churn:3', ['registry-1.docker.io', 'me/churn', '3', null]],
    ['docker.io/churn:3', ['registry-1.docker.io', 'library/churn', '3', null]],
    ['index.docker.io/me/churn', ['registry-1.docker.io', 'me/churn', 'latest', null]],
    ['localhost/churn', ['localhost', 'churn', 'latest', null]],
    ['localhost:5000/a/b/c:v1.2-x', ['localhost:5000', 'a/b/c', 'v1.2-x', null]],
    ['127.0.0.1:5000/churn', ['127.0.0.1:5000', 'churn', 'latest', null]],
    ['[::1]:5000/churn:3', ['[::1]:5000', 'churn', '3', null]],
    [`ghcr.io/me/churn@${DIGEST}`, ['ghcr.io', 'me/churn', null, DIGEST]],
    [`ghcr.io/me/churn:3@${DIGEST}`, ['ghcr.io', 'me/churn', '3', DIGEST]],
    [
      '1234.dkr.ecr.eu-west-1.amazonaws.com/a_b/c-d__e.f:1',
      ['1234.dkr.ecr.eu-west-1.amazonaws.com', 'a_b/c-d__e.f', '1', null],
    ],
  ])('%s', (text, expected) => {
    expect(parts(text)).toEqual(expected);
    expect(parts(written(parseReference(text)))).toEqual(expected);
  });

  it.each([
    ['', /repository/],
    ['Churn', /lower case/],
    ['ghcr.io/', /repository/],
    ['ghcr.io/a//b', /repository/],
    ['ghcr.io/../etc', /repository/],
    ['ghcr.io/a:', /tag/],
    ['ghcr.io/a:-b', /tag/],
    [`ghcr.io/a:${'x'.repeat(129)}`, /tag/],
    [`ghcr.io/${'a'.repeat(256)}`, /255/],
    ['ghcr.io/a@sha256:12', /digest/],
    [`ghcr.io/a@${DIGEST}@${DIGEST}`, /more than one/],
    ['user:password@ghcr.io/a', /digest/],
    ['ghcr.io:99x/a', /host/],
    ['127.0.0.1:99999/a', /host/],
    ['-x.io/a', /host/],
    ['docker://ghcr.io/a', /host|repository/],
    ['ghcr.io/a?x=1', /repository/],
    ['ghcr.io/a b', /repository/],
  ])('"%s" is refused with the reason', (text, reason) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'IMAGE_NAME_INVALID', message: expect.stringMatching(reason) }),
    );
  });

  it('are of this machine by name or address alone', () => {
    for (const host of ['localhost', 'localhost:80', '127.0.0.1', '127.8.9.1:5000', '[::1]:5000'])
      expect(isLoopback(host), host).toBe(true);
    for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '128.0.0.1', '127.0.0.1x:80'])
      expect(isLoopback(host), host).toBe(false);
  });
});
