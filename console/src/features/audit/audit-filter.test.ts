import { expect, test } from 'vitest';
import { type AuditFilter, isFiltered, queryOf } from './audit-filter.ts';

const ALL: AuditFilter = { search: '', by: '', subject: '', kind: 'all', range: 'all' };

test('a filter that asks for everything asks for nothing in particular', () => {
  expect(isFiltered(queryOf(ALL, 0))).toBe(false);
});

test('what is chosen is asked for', () => {
  const wanted = queryOf(
    { ...ALL, search: ' ro_1 ', by: 'ana', kind: 'rollout', range: 'hour' },
    3_700_000.5,
  );
  expect(wanted).toEqual({ search: 'ro_1', by: 'ana', subject: undefined, what: 'rollout', since: 100_000 });
  expect(isFiltered(wanted)).toBe(true);
});

test('an address that names no range there is asks for all time', () => {
  expect(queryOf({ ...ALL, range: 'ever' as never }, 5)).toMatchObject({ since: undefined });
});
