// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filledUri, placeholdersIn, redactorOf, shownUri, takeSecrets } from './redaction.ts';

const CANARY = 'c4n4ry';

describe('secrets of a URI', () => {
  it.each([
    [`postgres://ann:${CANARY}@host/db?table=t`, 'postgres://ann@host/db?table=t'],
    [`postgres://ann:p@ss:${CANARY}@host/db?table=t`, 'postgres://ann@host/db?table=t'],
    [`postgres://host/db?user=ann&password=${CANARY}&table=t`, 'postgres://host/db?user=ann&table=t'],
    [
      `postgres://host/db?sslkey=/k.pem&sslpassword=${CANARY}&table=t`,
      'postgres://host/db?sslkey=/k.pem&table=t',
    ],
    [`https://${CANARY}@host/a.csv`, 'https://host/a.csv'],
    [`https://ann:${CANARY}@host/@b/a.csv`, 'https://host/@b/a.csv'],
    [
      `https://host/a.csv?X-Amz-Date=1&X-Amz-Credential=${CANARY}&X-Amz-Signature=${CANARY}2`,
      'https://host/a.csv?X-Amz-Date=1',
    ],
    [
      `https://host/a.csv?day=1&sig=${CANARY}&access_token=${CANARY}&apiKey=${CANARY}`,
      'https://host/a.csv?day=1',
    ],
    [`s3://key:${CANARY}@bucket/a.parquet`, 's3://key@bucket/a.parquet'],
  ])('are taken out and come back: %s', (uri, shown) => {
    const taken = takeSecrets(uri, 'sink');
    expect(taken.uri).not.toContain(CANARY);
    expect(Object.values(taken.secrets).join()).toContain(CANARY);
    expect(filledUri(taken.uri, taken.secrets)).toBe(uri);
    expect(shownUri(uri)).toBe(shown);
    expect(shownUri(taken.uri)).toBe(shown);
    expect(takeSecrets(taken.uri, 'sink')).toEqual({ uri: taken.uri, secrets: {} });
  });

  it.each([
    'data/pass=1/key.csv',
    'postgres://ann@host/db?table=passwords',
    'sqlite:a.db?query=select password from t',
    'https://host/@ann/a.csv',
  ])('are not where there are none: %s', (uri) => {
    expect(takeSecrets(uri, 'sink')).toEqual({ uri, secrets: {} });
    expect(shownUri(uri)).toBe(uri);
  });

  it('are never made of variables of the environment, which are filled in at use', () => {
    const uri = 'postgres://ann:${PASSWORD}@${HOST}/db?table=t';
    expect(takeSecrets(uri, 'sink')).toEqual({ uri, secrets: {} });
    expect(placeholdersIn(uri)).toEqual(['PASSWORD', 'HOST']);
    expect(filledUri(uri, { PASSWORD: 'a@/b', HOST: 'db.local:5432' })).toBe(
      'postgres://ann:a%40%2Fb@db.local:5432/db?table=t',
    );
    expect(filledUri('${URL}?table=t', { URL: 'postgres://ann:a%40b@host/db' })).toBe(
      'postgres://ann:a%40b@host/db?table=t',
    );
    expect(filledUri('https://host/a?sig=${SIG}', { SIG: 'a&b' })).toBe('https://host/a?sig=a%26b');
    expect(filledUri('data/${DAY}/a.csv', {})).toBe('data/${DAY}/a.csv');
    expect(filledUri('data/${constructor}/a.csv', {})).toBe('data/${constructor}/a.csv');
  });

  it('come back whatever they are', () => {
    const password = fc
      .string({ minLength: 1 })
      .map(encodeURIComponent)
      .filter((text) => !text.includes('${'));
    fc.assert(
      fc.property(password, (text) => {
        const uri = `postgres://ann:${text}@host/db?table=t`;
        const taken = takeSecrets(uri, 'source');
        expect(taken.uri).toBe('postgres://ann:${secret.source.password}@host/db?table=t');
        expect(filledUri(taken.uri, taken.secrets)).toBe(uri);
      }),
    );
  });
});

describe('a redactor', () => {
  it('finds secrets as they are written and as they are meant, wherever they are told', () => {
    const redacted = redactorOf({ 'secret.sink.password': 'p%40ss%2Fw', TOKEN: 'a b c d' });
    expect(
      redacted({
        message: 'auth of p@ss/w or p%40ss%2Fw failed',
        list: ['x a%20b%20c%20d', 1, null],
        'p@ss/w': true,
      }),
    ).toEqual({
      message: 'auth of … or … failed',
      list: ['x …', 1, null],
      'p@ss/w': true,
    });
  });

  it('leaves alone what is too short to be found', () => {
    expect(redactorOf({ PASSWORD: 'abc' })('abcdef')).toBe('abcdef');
  });
});
