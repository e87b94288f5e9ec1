import { afterEach, expect, test, vi } from 'vitest';
import { explanationAsk } from './explanation-ask.ts';
import { LazyExplanations } from './lazy-explanations.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
afterEach(() => vi.unstubAllEnvs());

test('bad settings are told where an explanation is asked for, and a server with them ends as any other', async () => {
  vi.stubEnv('PLIMSOLL_EXPLAIN_TIMEOUT', 'soon');
  const explanations = new LazyExplanations(logger);
  const outcome = await explanations.explain({
    version: { bundle: '/nowhere', model: 'churn', version: 1 },
    batch: { kind: 'matrix', rows: 1, width: 1, data: new Float64Array(1) },
    ask: explanationAsk('document'),
    patience: Number.POSITIVE_INFINITY,
    isWanted: () => true,
  });
  expect(outcome).toMatchObject({ kind: 'missing', error: { code: 'CONFIG_INVALID' } });
  await expect(explanations.close()).resolves.toBeUndefined();
});
