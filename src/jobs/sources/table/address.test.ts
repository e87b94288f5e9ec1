import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

describe('the address of a table', () => {
  it('names a table by its parts, which may be quoted', () => {
    expect(parseAddress('postgres://u:p@h/d?sslmode=require&table=public.orders')).toEqual({
      database: 'postgres://u:p@h/d?sslmode=require',
      from: '"public"."orders"',
      table: ['public', 'orders'],
      shown: 'table public.orders',
    });
    expect(parseAddress('sqlite:a b.db?table="odd.na""me"').from).toBe('"odd.na""me"');
    expect(parseAddress('sqlite:x?table=Größe%20(alt)').from).toBe('"Größe (alt)"');
  });

  it('takes all that follows query= as the statement', () => {
    const { database, from } = parseAddress(
      'duckdb:f.db?query=select a+b as c, 10%25 from t where x=1&table=u;',
    );
    expect(database).toBe('duckdb:f.db');
    expect(from).toBe('(select a+b as c, 10% from t where x=1&table=u\n) as source_query');
  });

  it('refuses what names no rows', () => {
    for (const uri of [
      'postgres://h/d',
      'postgres://h/d?table=',
      'postgres://h/d?table=a.b.c.d',
      'postgres://h/d?table=a..b',
      'sqlite:f?table="a',
      'sqlite:f?query=%20',
      'sqlite:f?query=a%00b',
      "sqlite:f?query=like '%x'",
      `sqlite:f?query=${'x'.repeat(100_001)}`,
    ])
      expect(() => parseAddress(uri), uri.slice(0, 40)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
