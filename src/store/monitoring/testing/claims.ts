import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { intake, monitoringBlock, monitoringsOf } from './monitorings.ts';

export const claimsContract = (place: StorePlace): void => {
  describe('what one process alone may do', () => {
    const monitorings = monitoringsOf(place);

    it('is claimed by one of many, kept by it, and handed on when its time has run out', async () => {
      const [one, two] = await monitorings.two();
      const claims = await Promise.all(
        ['a', 'b', 'c', 'd'].map((holder, i) => (i % 2 === 0 ? one : two).claim('evaluate', holder, 100, 50)),
      );
      expect(claims.filter((claim) => claim !== null)).toEqual([{ scope: 'evaluate', token: 1 }]);
      const holder = ['a', 'b', 'c', 'd'][claims.findIndex((claim) => claim !== null)]!;
      expect(await two.claim('evaluate', holder, 120, 50)).toEqual({ scope: 'evaluate', token: 1 });
      expect(await one.claim('evaluate', 'z', 169, 50)).toBeNull();
      expect(await one.claim('deliver', 'z', 169, 50)).toEqual({ scope: 'deliver', token: 1 });
      expect(await one.claim('evaluate', 'z', 170, 50)).toEqual({ scope: 'evaluate', token: 2 });
    });

    it('is free at once when it was let go by the one that had it', async () => {
      const store = await monitorings.one();
      const first = (await store.claim('evaluate', 'a', 0, 50))!;
      await store.release(first);
      const second = await store.claim('evaluate', 'b', 1, 50);
      expect(second?.token).toBe(2);
      await store.release(first);
      expect(await store.claim('evaluate', 'a', 2, 50)).toBeNull();
    });

    it('is no more written by a process that slept past its time', async () => {
      const [one, two] = await monitorings.two();
      const slept = (await one.claim('evaluate', 'a', 0, 50))!;
      const memory = (body: string) => ({ kind: 'drift', name: 'churn', body, changedAt: 1 });
      expect(await one.remember([memory('a')], slept)).toBe(true);
      const now = (await two.claim('evaluate', 'b', 50, 50))!;
      expect(await two.remember([memory('b')], now)).toBe(true);
      expect(await one.remember([memory('late')], slept)).toBe(false);
      const alerted = { alerts: [], events: [], deliveries: [], memories: [memory('late')] };
      expect(await one.alerted(alerted, slept)).toBe(false);
      expect(await one.takeIn(intake({ blocks: [monitoringBlock(1)] }), slept)).toBe(false);
      expect((await one.memory('drift', 'churn'))?.body).toBe('b');
      expect(await one.fresh([monitoringBlock(1)])).toEqual([monitoringBlock(1)]);
      await two.release(now);
      expect(await two.remember([memory('let go')], now)).toBe(false);
    });
  });

  describe('what is remembered', () => {
    const monitorings = monitoringsOf(place);

    it('comes back as it was put in, by kind and name', async () => {
      const store = await monitorings.one();
      const body = { bins: [0.1, -0, 1e300], text: 'a\0\ud800', deep: { '': null } };
      const rows = ['b', 'a'].map((name) => ({ kind: 'drift', name, body, changedAt: 3 }));
      await store.remember([...rows, { kind: 'other', name: 'a', body: 1, changedAt: 4 }]);
      await store.remember([{ kind: 'drift', name: 'b', body: 2, changedAt: 5 }]);
      const kept = JSON.parse(JSON.stringify(body));
      expect(await store.memories('drift')).toEqual([
        { kind: 'drift', name: 'a', body: kept, changedAt: 3 },
        { kind: 'drift', name: 'b', body: 2, changedAt: 5 },
      ]);
      expect(await store.memory('drift', 'none')).toBeNull();
    });
  });
};
