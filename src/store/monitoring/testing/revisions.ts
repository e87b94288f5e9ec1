import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { monitoringsOf } from './monitorings.ts';

const alert = (fingerprint: string, state: string, endpoint: string) => ({
  ...{ fingerprint, endpoint, state },
  row: {},
});

export const monitoringRevisionsContract = (place: StorePlace): void => {
  describe('alerts and monitors', () => {
    const monitorings = monitoringsOf(place);

    it('that are pending or firing have another revision after each thing that happens to them', async () => {
      const store = await monitorings.one();
      const alerts = [
        alert('a', 'firing', 'churn'),
        alert('b', 'pending', 'other'),
        alert('c', 'resolved', 'churn'),
      ];
      await store.alerted({ alerts, events: [], deliveries: [] });
      const revisions = async () =>
        new Map((await store.revisions()).map(({ name, endpoint, revision }) => [name + endpoint, revision]));
      const before = await revisions();
      expect([...before.keys()].sort()).toEqual(['achurn', 'bother']);
      await store.alerted({
        alerts: [alert('b', 'firing', 'other')],
        events: [{ fingerprint: 'a', at: 1, what: 'told', body: {} }],
        deliveries: [],
      });
      await store.setMonitor({ endpoint: 'm', policy: {}, changedAt: 1, changedBy: 'ann' }, 0);
      const now = await revisions();
      expect(
        [...now]
          .filter(([name, one]) => before.get(name) !== one)
          .map(([name]) => name)
          .sort(),
      ).toEqual([...['achurn', 'bother', 'mm']]);
    });
  });
};
