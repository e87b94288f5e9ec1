import { describe, expect, it } from 'vitest';
import { rejectionCodeOf, type StorePlace } from '../../testing/stores.ts';
import { delivery, intake, monitoringsOf, tick } from './monitorings.ts';

const alert = (fingerprint: string, state = 'firing', endpoint = 'churn') => ({
  fingerprint,
  endpoint,
  state,
  row: { fingerprint, state, told: { value: 0.3 } },
});
const event = (fingerprint: string, what: string, at = 1) => ({
  fingerprint,
  at,
  what,
  body: { by: 'rule' },
});
const NOTHING = { alerts: [], events: [], deliveries: [] };

export const alertsContract = (place: StorePlace): void => {
  describe('alerts', () => {
    const monitorings = monitoringsOf(place);

    it('are kept with what happened to them and who is to be told, all or nothing', async () => {
      const store = await monitorings.one();
      const change = {
        alerts: [alert('a1', 'pending')],
        events: [event('a1', 'pending'), event('a1', 'firing', 2)],
        deliveries: [delivery('d1')],
        memories: [{ kind: 'alerts', name: 'tick', body: 9, changedAt: 1 }],
      };
      expect(await store.alerted(change)).toBe(true);
      await store.alerted({ ...NOTHING, alerts: [alert('a1', 'firing')], events: [event('a1', 'told', 3)] });
      expect(await store.alert('a1')).toEqual(alert('a1').row);
      expect((await store.alertEvents('a1')).items.map(({ what }) => what)).toEqual([
        'pending',
        'firing',
        'told',
      ]);
      const newest = await store.alertEvents('a1', { limit: 2, order: 'newest' });
      expect(newest.items.map(({ what }) => what)).toEqual(['told', 'firing']);
      const { items } = await store.alertEvents('a1', { order: 'newest', cursor: newest.next! });
      expect(items.map(({ what }) => what)).toEqual(['pending']);
      expect((await store.memory('alerts', 'tick'))?.body).toBe(9);
      const broken = { ...NOTHING, alerts: [alert('a2')], events: [event('a2', 'x', 0.5)] };
      expect(await rejectionCodeOf(store.alerted(broken))).toBe('STORE_VALUE_INVALID');
      expect(await store.alert('a2')).toBeNull();
    });

    it('are listed by fingerprint in parts, of an endpoint or of some states', async () => {
      const store = await monitorings.one();
      const alerts = [alert('c'), alert('a', 'resolved'), alert('b', 'pending', 'other'), alert('d')];
      await store.alerted({ ...NOTHING, alerts });
      const names = (items: readonly unknown[]) =>
        items.map((row) => (row as { fingerprint: string }).fingerprint);
      const first = await store.alerts({ limit: 3 });
      const rest = await store.alerts({ limit: 3, cursor: first.next! });
      expect([names(first.items), names(rest.items)]).toEqual([['a', 'b', 'c'], ['d']]);
      expect(names((await store.alerts({ endpoint: 'churn' })).items)).toEqual(['a', 'c', 'd']);
      expect(names((await store.alerts({ states: ['firing', 'pending'] })).items)).toEqual(['b', 'c', 'd']);
      expect((await store.alerts({ states: [] })).items).toEqual([]);
    });

    it('have their events listed in parts', async () => {
      const store = await monitorings.one();
      await store.alerted({ ...NOTHING, events: ['1', '2', '3'].map((what) => event('a', what)) });
      await store.alerted({ ...NOTHING, events: [event('other', 'x')] });
      const first = await store.alertEvents('a', { limit: 2 });
      const rest = await store.alertEvents('a', { limit: 2, cursor: first.next! });
      expect([...first.items, ...rest.items].map(({ what }) => what)).toEqual(['1', '2', '3']);
      expect(first.items[0]).toMatchObject(event('a', '1'));
    });
  });
};

export const noticesContract = (place: StorePlace): void => {
  describe('notices', () => {
    const monitorings = monitoringsOf(place);

    it('are given out when they are due, those that waited longest first', async () => {
      const store = await monitorings.one();
      const deliveries = [30, 10, 20].map((notBefore) => delivery(`d${notBefore}`, { notBefore }));
      await store.alerted({ ...NOTHING, deliveries });
      const due = async (dueAt?: number) =>
        (await store.deliveries({ state: 'waiting', dueAt, limit: 2 })).map(({ id }) => id);
      expect(await due(20)).toEqual(['d10', 'd20']);
      expect(await due(9)).toEqual([]);
      await store.setDelivery(delivery('d10', { state: 'sent', receipt: { ts: '1.2' }, attempts: 2 }));
      await store.setDelivery(delivery('d20', { state: 'dead', error: 'HTTP 404' }));
      expect(await due()).toEqual(['d30']);
      expect(await store.deliveries({ state: 'dead', limit: 5 })).toMatchObject([{ error: 'HTTP 404' }]);
    });

    it('of a group are followed by the last that was sent', async () => {
      const store = await monitorings.one();
      const sent = (id: string, createdAt: number) => delivery(id, { state: 'sent', createdAt });
      for (const row of [sent('b', 2), sent('a', 1), delivery('c', { createdAt: 3 })])
        await store.setDelivery(row);
      expect((await store.lastDelivery('ops', 'churn'))?.id).toBe('b');
      expect(await store.lastDelivery('ops', 'other')).toBeNull();
      expect(await store.lastDelivery('mail', 'churn')).toBeNull();
    });
  });
};

export const cohortsContract = (place: StorePlace): void => {
  describe('cohorts', () => {
    const monitorings = monitoringsOf(place);
    const cohort = (from: number, body: unknown, version = 1) => ({
      endpoint: 'churn',
      version,
      from,
      to: from + 10,
      computedAt: 5,
      body,
    });

    it('are revised, and keep what was known before', async () => {
      const [one, two] = await monitorings.two();
      await one.addCohort(cohort(0, 'a'));
      await one.addCohort(cohort(10, 'b'));
      await one.addCohort(cohort(0, 'c', 2));
      const revisions = await Promise.all(
        [one, two, one, two].map((store, i) => store.addCohort(cohort(0, `a${i}`))),
      );
      expect(revisions.toSorted()).toEqual([2, 3, 4, 5]);
      const newest = await one.cohorts({ endpoint: 'churn', from: 0, to: 20 });
      expect(newest.map(({ from, version, revision }) => [from, version, revision])).toEqual([
        [0, 1, 5],
        [0, 2, 1],
        [10, 1, 1],
      ]);
      const all = await two.cohortRevisions('churn', 1, 0);
      expect(all.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5]);
      expect(all[0]).toEqual({ ...cohort(0, 'a'), revision: 1 });
      expect(await one.cohorts({ endpoint: 'churn', from: 1, to: 10 })).toEqual([]);
    });

    it('keep twenty revisions each: the first, the newest, and others as even in time as they come', async () => {
      const store = await monitorings.one();
      for (let i = 1; i <= 100; i++) await store.addCohort({ ...cohort(0, `a${i}`), computedAt: i * 1000 });
      const all = await store.cohortRevisions('churn', 1, 0);
      expect(all).toHaveLength(20);
      expect([all[0]!.revision, all.at(-1)!.revision]).toEqual([1, 100]);
      expect(all.at(-1)!.body).toBe('a100');
      const gaps = all.slice(1).map(({ computedAt }, i) => computedAt - all[i]!.computedAt);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(16_000);
    });
  });
};

export const retentionContract = (place: StorePlace): void => {
  describe('what is past its time', () => {
    const monitorings = monitoringsOf(place);

    it('is forgotten, and nothing else', async () => {
      const store = await monitorings.one();
      const block = (seq: number) => ({ worker: 'w', epoch: 1, seq });
      await store.takeIn(intake({ at: 9, blocks: [block(1)], ticks: [tick(9), tick(10)] }));
      await store.takeIn(intake({ at: 10, blocks: [block(2)] }));
      await store.alerted({
        ...NOTHING,
        alerts: [alert('a')],
        events: [event('a', 'old', 9), event('a', 'new', 10)],
        deliveries: [
          delivery('old', { state: 'sent', createdAt: 9 }),
          delivery('new', { state: 'sent', createdAt: 10 }),
          delivery('waits', { createdAt: 9 }),
        ],
      });
      await store.forget({ ticks: 10, events: 10, blocks: 10 });
      expect((await store.ticksAfter(0, 10)).map(({ at }) => at)).toEqual([10]);
      expect((await store.alertEvents('a')).items.map(({ what }) => what)).toEqual(['new']);
      expect((await store.deliveries({ state: 'sent', limit: 9 })).map(({ id }) => id)).toEqual(['new']);
      expect(await store.deliveries({ state: 'waiting', limit: 9 })).toHaveLength(1);
      expect(await store.fresh([block(1), block(2)])).toEqual([block(1)]);
      expect(await store.alert('a')).not.toBeNull();
    });
  });
};
