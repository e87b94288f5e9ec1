import { expect, test } from 'vitest';
import { variedBodies, variedRows } from './varied-rows.ts';

test('rows are like the example and differ from each other', () => {
  const rows = variedRows({ age: 40, income: 1.5, city: 'Hull', tags: [3, true, null] }, 50) as Record<
    string,
    unknown
  >[];
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBeGreaterThan(45);
  for (const { age, income, city, tags } of rows) {
    expect(Number.isInteger(age)).toBe(true);
    expect(age).toBeGreaterThanOrEqual(20);
    expect(age).toBeLessThanOrEqual(60);
    expect(income).toBeGreaterThanOrEqual(0.75);
    expect(income).toBeLessThanOrEqual(2.25);
    expect(city).toBe('Hull');
    expect(tags).toMatchObject([expect.any(Number), true, null]);
  }
});

test('each body has its own rows, and the same each time', () => {
  const bodies = variedBodies([1.5, 2.5], 3, 4);
  expect(bodies).toHaveLength(4);
  expect(new Set(bodies).size).toBe(4);
  for (const body of bodies)
    expect(JSON.parse(body)).toMatchObject({ rows: [[expect.any(Number), expect.any(Number)], {}, {}] });
  expect(variedBodies([1.5, 2.5], 3, 4)).toEqual(bodies);
});
