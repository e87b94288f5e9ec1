import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isPlimsollError } from '../../core/errors.ts';
import { BUILT_IN_DOCUMENT, builtInPrices } from './built-in.ts';
import { parsePrices } from './prices.ts';

test('the built-in table says where each of its parts is from, and when', () => {
  const { machines, sagemaker, database, objects } = builtInPrices();
  for (const { date, source } of [machines, sagemaker, database, objects]) {
    expect(date).toMatch(/^2026-\d\d-\d\d$/);
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  }
});

test('the file to be copied reads as the built-in table', () => {
  const file = join(import.meta.dirname, '../../../docs/prices.yaml');
  expect(parsePrices(parse(readFileSync(file, 'utf8')))).toEqual(builtInPrices());
});

test('sizes of one family cost by their cores: no price is misplaced', () => {
  const perCore = new Map<string, Set<string>>();
  for (const [name, { cores, hour }] of builtInPrices().machines.instances) {
    const [family = ''] = name.split('.');
    perCore.set(family, (perCore.get(family) ?? new Set()).add((hour / cores).toFixed(4)));
  }
  expect([...perCore].map(([family, prices]) => [family, prices.size])).toEqual([
    ['c5', 1],
    ['m6i', 1],
    ['r5', 1],
  ]);
});

test('a table of a user is refused with every mistake at its path', () => {
  const written = {
    ...BUILT_IN_DOCUMENT,
    currency: 'dollars',
    machines: {
      ...BUILT_IN_DOCUMENT.machines,
      date: 'today',
      instances: { own: { cores: 4, memory: 16, hour: -1 } },
    },
  };
  let problems: unknown;
  try {
    parsePrices(written);
  } catch (error) {
    problems = isPlimsollError(error) && error.details['list'];
  }
  expect(problems).toEqual([
    expect.stringMatching(/^currency is "dollars"/),
    expect.stringMatching(/^machines\.date is "today"/),
    expect.stringMatching(/^machines\.instances\.own\.memory is 16, wanted a size .*did you mean "16 MB"\?$/),
    expect.stringMatching(/^machines\.instances\.own\.hour is -1/),
  ]);
});
