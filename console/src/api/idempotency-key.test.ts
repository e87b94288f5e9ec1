import { expect, test, vi } from 'vitest';
import { idempotencyKey } from './idempotency-key.ts';

test('a change has a name of its own where a page is given no randomUUID: over plain HTTP', () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) });
  try {
    const keys = Array.from({ length: 100 }, idempotencyKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  } finally {
    vi.unstubAllGlobals();
  }
});
