import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  calledOf,
  deployedId,
  digestOfLabel,
  labelOf,
  markedName,
  modelId,
  readMarkedName,
} from './names.ts';

const SEED = 20261126;
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const deployment = fc.stringMatching(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/);

test('a digest fits into a label and comes back from it', () => {
  fc.assert(
    fc.property(digest, (hex) => {
      expect(labelOf(hex)).toMatch(/^[0-9a-z]{1,50}$/);
      expect(digestOfLabel(labelOf(hex))).toBe(hex);
    }),
    { seed: SEED },
  );
  expect(digestOfLabel(labelOf('0'.repeat(64)))).toBe('0'.repeat(64));
  expect(digestOfLabel(labelOf('f'.repeat(64)))).toBe('f'.repeat(64));
});

test('what is no digest is none', () => {
  for (const label of [undefined, '', 'A', 'z'.repeat(50), 'z'.repeat(51), 'a b'])
    expect(digestOfLabel(label)).toBeNull();
});

test('ids keep to the grammars of the API', () => {
  fc.assert(
    fc.property(deployment, fc.string(), (name, content) => {
      expect(modelId(name, content)).toMatch(/^[a-z_][a-z0-9_-]{0,62}$/);
      expect(deployedId(content)).toMatch(/^[1-9][0-9]{9}$/);
    }),
    { seed: SEED },
  );
});

test('a name that is too long is cut, never the number of the version', () => {
  expect(calledOf('churn', 3)).toBe('churn@3');
  const long = calledOf('customer-lifetime-value-of-europe', 1_000_000_000);
  expect(long).toBe('customer-lifeti@1000000000');
  const marked = markedName(long, 'd'.repeat(40), 'f'.repeat(64));
  expect(readMarkedName(marked)?.called).toBe(long);
});

test('a marked name says whose it is, within the 128 characters of a display name', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 120 }), deployment, digest, (called, name, hex) => {
      const marked = markedName(called, name, hex);
      expect(marked.length).toBeLessThanOrEqual(128);
      expect(readMarkedName(marked)).toMatchObject({ deployment: name, digest: hex });
    }),
    { seed: SEED },
  );
  expect(readMarkedName('somebody elses')).toBeNull();
  expect(readMarkedName(null)).toBeNull();
});
