import { expect, test } from 'vitest';
import type { EndpointView } from '../control/port.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import { parsePolicy } from '../rollout/policy/policy.ts';
import { servedModels } from './served.ts';

const { stages } = parsePolicy({});
const endpoint = (name: string, stage: number | null): EndpointView =>
  ({
    name,
    model: name,
    stable: 1,
    rollout:
      stage === null ? null : { id: 'ro', candidate: 2, strategy: 'canary', stage, progress: { stages } },
  }) as unknown as EndpointView;

const accepted = async (model: string, version: number): Promise<AcceptedVersion> =>
  ({ model, version }) as AcceptedVersion;

const refuseDamage = (_: string, error: Error): never => {
  throw error;
};

/** A control plane of many endpoints, ten a page. */
const controlOf = (all: readonly EndpointView[]) => ({
  endpoints: async ({ cursor = '0' }: { readonly cursor?: string | undefined }) => {
    const end = Number(cursor) + 10;
    return { items: all.slice(Number(cursor), end), next: end < all.length ? String(end) : null };
  },
});

test('what was just given comes first, in the order in which it was given; then all others', async () => {
  const names = Array.from({ length: 25 }, (_, k) => `m${String(k).padStart(2, '0')}`);
  const control = controlOf(names.map((name) => endpoint(name, null)));
  const served = await servedModels(
    control,
    accepted,
    ['m20', 'm03'],
    new Map([['m03', 'older']]),
    refuseDamage,
  );
  expect(served.map((one) => one.endpoint)).toEqual([
    'm20',
    'm03',
    ...names.filter((name) => !['m20', 'm03'].includes(name)),
  ]);
  expect(served[1]).toMatchObject({ note: 'older', rollout: null, stable: { model: 'm03', version: 1 } });
});

test.each([
  [0, 'shadow 100 % for 10m, then 5 % for 5m, then 25 % for 5m, then 50 % for 5m, then 100 %'],
  [3, '50 % for 5m, then 100 %'],
  [4, '100 %'],
  [5, 'canary'],
])('the plan of a rollout in stage %i is what is still to come: %s', async (stage, plan) => {
  const [served] = await servedModels(
    controlOf([endpoint('m', stage)]),
    accepted,
    [],
    new Map(),
    refuseDamage,
  );
  expect(served!.rollout).toEqual({ id: 'ro', candidate: 2, strategy: 'canary', plan });
});
