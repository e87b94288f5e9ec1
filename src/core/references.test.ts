import { expect, test } from 'vitest';
import { parseReferences, referencesIn, referencesOf, referencesWritten } from './references.ts';

test('what is listed may be looked up, a star standing for the rest of a name, and nothing else', () => {
  const { allows } = referencesOf(['env:SLACK_URL', 'env:SHOP_*', 'file:/run/secrets/*', 'file:/etc/a.b']);
  for (const reference of ['env:SLACK_URL', 'env:SHOP_PASSWORD', 'file:/run/secrets/x', 'file:/etc/a.b'])
    expect([reference, allows(reference)]).toEqual([reference, true]);
  for (const reference of [
    'env:SLACK_URLS',
    'env:AWS_SECRET_ACCESS_KEY',
    'env:slack_url',
    'file:/run/secrets/deep/x',
    'file:/run/secrets/../shadow',
    'file:/run/secrets/..',
    'file:/etc/a_b',
    'file:/etc/shadow',
    'SLACK_URL',
  ])
    expect([reference, allows(reference)]).toEqual([reference, false]);
});

test('variables that are called secrets of Plimsoll are listed by their name', () => {
  expect(referencesIn({}).allows('env:PLIMSOLL_SECRET_HOOK')).toBe(true);
  expect(referencesIn({}).allows('env:PLIMSOLL_SIGNING_KEY')).toBe(false);
  expect(referencesIn({ PLIMSOLL_REFERENCES: 'env:A, env:B' }).allows('env:B')).toBe(true);
});

test('an entry that is no reference is none', () => {
  expect(parseReferences('env:A file:/b/*')).toEqual(['env:A', 'file:/b/*']);
  expect(parseReferences('')).toEqual([]);
  for (const text of ['A', 'env:', 'env:*', 'file:relative', 'http://x', 'env:A-B'])
    expect([text, parseReferences(text)]).toEqual([text, undefined]);
});

test('what the operator writes into a document is listed thereby, patterns in texts are not', () => {
  const document = {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the environment.
    nightly: { input: 'postgres://me:${DB_PASSWORD}@db/shop', output: ['${OUT}/x.csv', 1, null] },
    receivers: { ops: { url: 'env:SLACK_URL', token: 'file:/run/secrets/token', note: 'env:*' } },
  };
  expect(referencesWritten(document)).toEqual([
    'env:DB_PASSWORD',
    'env:OUT',
    'env:SLACK_URL',
    'file:/run/secrets/token',
  ]);
});
