import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinUri, splitUri, uriKindOf, uriProblem } from './uri.ts';

describe('a URI of a source or sink', () => {
  it.each([
    ['data/a.parquet', 'file'],
    ['/data/2026:11/*.csv', 'file'],
    ['C:data.csv', 'file'],
    ['constructor:a.csv', 'file'],
    ['file:///data/a.csv', 'file'],
    ['s3://bucket/a/*.parquet', 's3'],
    ['HTTPS://host/a.csv', 'http'],
    ['postgresql://host/db?table=t', 'postgres'],
    ['sqlite:a.db?table=t', 'sqlite'],
    ['duckdb:/a.duckdb?query=select 1', 'duckdb'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the environment.
    ['${DATABASE_URL}?table=t', 'variable'],
    ['ftp://host/a.csv', null],
    ['mongodb+srv://host/a', null],
  ])('%s is of kind %s', (uri, kind) => {
    expect(uriKindOf(uri)).toBe(kind);
  });

  it('has its statement as the last parameter, with every character as it is', () => {
    expect(splitUri('postgres://h/db?sslmode=require&query=select a&b from t where x = ?')).toEqual({
      kind: 'postgres',
      head: 'postgres://h/db',
      parameters: [
        ['sslmode', 'require'],
        ['query', 'select a&b from t where x = ?'],
      ],
    });
  });

  it('leaves question marks of patterns to the path', () => {
    expect(splitUri('data/part-?.csv')).toMatchObject({ head: 'data/part-?.csv', parameters: [] });
    expect(splitUri('data/?ay=1/x.csv').parameters).toEqual([]);
    expect(splitUri('data/part-?.txt?format=csv')).toMatchObject({
      head: 'data/part-?.txt',
      parameters: [['format', 'csv']],
    });
  });

  it('is put together again to the character', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '?', '&', '=', '/', '%', '*', ':', '@', '$', '{', '}', ' ') }),
      fc
        .tuple(fc.constantFrom('postgres://', 'sqlite:', 's3://', 'https://', ''), fc.string())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (uri) => {
        expect(joinUri(splitUri(uri))).toBe(uri);
      }),
    );
  });

  it.each([
    ['a.csv', null],
    ['a.csv?format=csv', null],
    ['a.csv?fromat=csv', 'has a parameter "fromat", wanted one of format'],
    ['https://host/a.csv?sig=1&x=2', null],
    [
      'ftp://host/a.csv',
      'has a scheme that is none of a path, s3://, https://, postgres://, sqlite: and duckdb:',
    ],
    [
      'postgres://h/db?tabel=t',
      expect.stringContaining('has a parameter "tabel", wanted one of table, query'),
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the environment.
    ['postgres://u:${P}@${HOST}:5432/db?table=t', null],
    ['postgres:///db?host=/tmp&table=t', null],
    ['sqlite:a.db?table=a b', null],
  ])('%s: %s', (uri, problem) => {
    expect(uriProblem(uri)).toEqual(problem);
  });

  it('with a password that breaks it is refused without a word of it', () => {
    for (const password of [
      'ca/nary',
      'ca#nary',
      'ca?nary',
      '12/canary@x',
      'c@nary/',
      '12?canary=1',
      '1#canary',
    ])
      for (const scheme of ['postgres://', 's3://']) {
        const problem = uriProblem(`${scheme}ann:${password}@host/db?table=t`);
        expect(problem).toMatch(/percent-encoded|has a parameter/);
        expect(problem).not.toContain('nary');
      }
  });
});
