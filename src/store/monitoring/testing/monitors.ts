import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { monitoringsOf } from './monitorings.ts';

const row = (endpoint: string, policy: unknown = { drift: { minimumPsi: 0.05 } }) => ({
  endpoint,
  policy,
  changedAt: 7,
  changedBy: 'ann',
});

export const monitorsContract = (place: StorePlace): void => {
  describe('what is watched', () => {
    const monitorings = monitoringsOf(place);

    it('is set once for each generation, whoever sets it at the same time', async () => {
      const [one, two] = await monitorings.two();
      const first = await Promise.all(
        [one, two, one].map((store, i) => store.setMonitor(row('churn', i), 0)),
      );
      expect(first.filter(Boolean)).toHaveLength(1);
      const second = await Promise.all([one, two].map((store) => store.setMonitor(row('churn'), 1)));
      expect(second.filter(Boolean)).toHaveLength(1);
      expect(await two.monitor('churn')).toEqual({ ...row('churn'), generation: 2 });
      expect(await one.setMonitor(row('churn'), 1)).toBe(false);
      expect(await one.setMonitor(row('none'), 1)).toBe(false);
      expect(await one.monitor('none')).toBeNull();
    });

    it('is listed by name in parts', async () => {
      const store = await monitorings.one();
      for (const name of ['b', 'a', 'Z', 'ä']) await store.setMonitor(row(name), 0);
      const first = await store.monitors({ limit: 2 });
      const rest = await store.monitors({ limit: 2, cursor: first.next! });
      expect([...first.items, ...rest.items].map(({ endpoint }) => endpoint)).toEqual(['Z', 'a', 'b', 'ä']);
      expect(rest.next).toBeNull();
    });

    it('is compared with the last profile that was set for the version', async () => {
      const store = await monitorings.one();
      const profile = {
        model: 'churn',
        version: 2,
        profile: { rows: 3, 'ä\u{1F600}': [1e-9] },
        createdAt: 5,
      };
      await store.setProfile({ ...profile, profile: null });
      await store.setProfile(profile);
      expect(await store.profile('churn', 2)).toEqual(profile);
      expect(await store.profile('churn', 1)).toBeNull();
    });
  });
};
