import { describe, expect, it } from 'vitest';
import { action, event, rollout } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

export const rolloutsContract = (place: StorePlace): void => {
  describe('rollouts', () => {
    const stores = storesOf(place);

    it('come back as they were put in', async () => {
      const { tables } = await stores.one();
      const row = rollout({ policy: { '': [null, -0.5, 1e300], ž: '\u0000' }, seed: 0 });
      expect(await tables.rollouts.insert(row)).toBe(true);
      expect(await tables.rollouts.get('ro_1')).toEqual(row);
      expect(await tables.rollouts.get('ro_2')).toBeNull();
    });

    it('run one at a time on an endpoint', async () => {
      const [one, two] = await stores.two();
      const rows = Array.from({ length: 6 }, (_, i) => rollout({ id: `ro_${i}` }));
      const begun = await Promise.all(
        rows.map((row, i) => (i % 2 === 0 ? one : two).tables.rollouts.insert(row)),
      );
      expect(begun.filter(Boolean)).toHaveLength(1);
      const winner = rows[begun.indexOf(true)]!;
      expect((await two.tables.rollouts.running()).items).toEqual([winner]);
      expect(await one.tables.rollouts.insert(rollout({ id: 'ro_x', endpoint: 'fraud' }))).toBe(true);
      await one.tables.rollouts.update(winner.id, { state: 'promoted', endedAt: 9 });
      expect(await two.tables.rollouts.insert(rollout({ id: 'ro_y' }))).toBe(true);
      expect((await one.tables.rollouts.running()).items.map(({ id }) => id)).toEqual(['ro_x', 'ro_y']);
    });

    it('are listed over all endpoints, newest first, by what is asked of them', async () => {
      const { tables } = await stores.one();
      const over = { endedAt: 9, state: 'aborted' } as const;
      const rows = [
        rollout({ id: 'ro_1', startedAt: 1, ...over }),
        rollout({ id: 'ro_2', startedAt: 3, endpoint: 'fraud', strategy: 'shadow' }),
        rollout({ id: 'ro_3', startedAt: 3, endpoint: 'offers', state: 'holding' }),
        rollout({ id: 'ro_4', startedAt: 2, endpoint: 'offers', ...over }),
      ];
      for (const row of rows) await tables.rollouts.insert(row);
      const list = async (...given: Parameters<typeof tables.rollouts.listAll>) =>
        (await tables.rollouts.listAll(...given)).items.map(({ id }) => id);
      expect(await list({})).toEqual(['ro_3', 'ro_2', 'ro_4', 'ro_1']);
      expect(await list({ isOver: false })).toEqual(['ro_3', 'ro_2']);
      expect(await list({ isOver: true, endpoint: 'offers' })).toEqual(['ro_4']);
      expect(await list({ state: 'holding' })).toEqual(['ro_3']);
      expect(await list({ strategy: 'shadow' })).toEqual(['ro_2']);
      const { next } = await tables.rollouts.listAll({}, { limit: 2 });
      expect(await list({}, { limit: 5, cursor: next! })).toEqual(['ro_4', 'ro_1']);
    });

    it('change in what is named, and say whether evidence rolled back a digest', async () => {
      const { tables } = await stores.one();
      const [candidate, other] = ['b'.repeat(64), 'd'.repeat(64)];
      await tables.rollouts.insert(rollout());
      await tables.rollouts.update('ro_1', {});
      await tables.rollouts.update('ro_1', { state: 'aborted', endedAt: 5 });
      expect(await tables.rollouts.get('ro_1')).toEqual(rollout({ state: 'aborted', endedAt: 5 }));
      expect(await tables.rollouts.wasRolledBack('churn', candidate)).toBe(false);
      await tables.rollouts.update('ro_1', { state: 'rolled-back', rolledBackAutomatically: true });
      expect(await tables.rollouts.wasRolledBack('churn', candidate)).toBe(true);
      expect(await tables.rollouts.wasRolledBack('churn', other)).toBe(false);
      expect(await tables.rollouts.wasRolledBack('fraud', candidate)).toBe(false);
    });
  });

  logContract(place);
  actionsContract(place);
};

const logContract = (place: StorePlace): void => {
  describe('the log of a rollout', () => {
    const stores = storesOf(place);

    it('gives events back in order, a part at a time, with their bytes', async () => {
      const { tables } = await stores.one();
      for (let seq = 0; seq < 5; seq += 1) await tables.rollouts.append(event(seq));
      await tables.rollouts.append(event(0, { rollout: 'ro_2', units: null, body: null, kind: 'start' }));
      expect(await tables.rollouts.events('ro_1', 1, 3)).toEqual([event(1), event(2), event(3)]);
      expect(await tables.rollouts.events('ro_1', 4, 1000)).toEqual([event(4)]);
      expect(await tables.rollouts.events('ro_1', 5, 10)).toEqual([]);
      const [start] = await tables.rollouts.events('ro_2', 0, 10);
      expect(start).toMatchObject({ units: null, body: null, kind: 'start' });
      const [first] = await tables.rollouts.events('ro_1', 0, 1);
      expect(first?.units?.constructor).toBe(Uint8Array);
    });

    it('keeps a million bytes of flags', async () => {
      const { tables } = await stores.one();
      const units = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) & 255);
      await tables.rollouts.append(event(0, { units }));
      const [row] = await tables.rollouts.events('ro_1', 0, 1);
      expect(Buffer.compare(row!.units!, units)).toBe(0);
    });

    it('forgets the units of rollouts that ended long ago, and nothing else', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.insert(rollout({ endedAt: 10 }));
      await tables.rollouts.insert(rollout({ id: 'ro_2', endedAt: 20 }));
      await tables.rollouts.insert(rollout({ id: 'ro_3' }));
      for (const id of ['ro_1', 'ro_2', 'ro_3']) {
        await tables.rollouts.append(event(0, { rollout: id, units: null, kind: 'start' }));
        await tables.rollouts.append(event(1, { rollout: id }));
      }
      expect(await tables.rollouts.forgetUnits(20)).toBe(1);
      expect(await tables.rollouts.forgetUnits(20)).toBe(0);
      const [, window] = await tables.rollouts.events('ro_1', 0, 10);
      expect(window).toEqual(event(1, { units: null }));
      for (const id of ['ro_2', 'ro_3']) {
        const [, kept] = await tables.rollouts.events(id, 0, 10);
        expect(kept?.units).toEqual(event(1).units);
      }
    });

    it('gives a number to one of two controllers, and has no gaps', async () => {
      const [one, two] = await stores.two();
      for (let seq = 0; seq < 8; seq += 1) {
        const body = [{ by: 'one' }, { by: 'two' }];
        const won = await Promise.all([
          one.tables.rollouts.append(event(seq, { body: body[0] })),
          two.tables.rollouts.append(event(seq, { body: body[1] })),
        ]);
        expect(won.filter(Boolean)).toHaveLength(1);
        const [row] = await one.tables.rollouts.events('ro_1', seq, 1);
        expect(row?.body).toEqual(body[won.indexOf(true)]);
      }
      expect(await rejectionCodeOf(one.tables.rollouts.append(event(9)))).toBe('INTERNAL');
      expect(await one.tables.rollouts.events('ro_1', 0, 1000)).toHaveLength(8);
    });
  });
};

const actionsContract = (place: StorePlace): void => {
  describe('actions of a rollout', () => {
    const stores = storesOf(place);

    it('say why the last of each rollout was decided', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.appendAction(action('z', { reason: 'first' }));
      await tables.rollouts.appendAction(action('a', { reason: 'last' }));
      await tables.rollouts.appendAction(action('b', { rollout: 'ro_2', reason: 'other' }));
      await tables.rollouts.appendAction(action('c', { rollout: 'ro_3', reason: 'not asked for' }));
      const reasons = await tables.rollouts.lastReasons(['ro_1', 'ro_2', 'ro_4']);
      expect([...reasons].toSorted()).toEqual([
        ['ro_1', 'last'],
        ['ro_2', 'other'],
      ]);
      expect((await tables.rollouts.lastReasons([])).size).toBe(0);
    });

    it('stay in the order of decision and as they were decided', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.appendAction(action('z', { generation: null }));
      await tables.rollouts.appendAction(action('a', { seq: 1 }));
      await tables.rollouts.appendAction(action('z', { reason: 'decided again after a crash' }));
      await tables.rollouts.appendAction(action('b', { rollout: 'ro_2' }));
      const rows = [action('z', { generation: null }), action('a', { seq: 1 })];
      expect(await tables.rollouts.actions('ro_1')).toEqual(rows);
    });

    it('are applied once, at the first time that was said', async () => {
      const { tables } = await stores.one();
      await tables.rollouts.appendAction(action('a'));
      await tables.rollouts.appendAction(action('b'));
      await tables.rollouts.applied('a', 50);
      await tables.rollouts.applied('a', 99);
      await tables.rollouts.applied('none', 99);
      expect(await tables.rollouts.actions('ro_1', 'unapplied')).toEqual([action('b')]);
      expect((await tables.rollouts.actions('ro_1'))[0]).toEqual(action('a', { appliedAt: 50 }));
    });

    it('are kept once by two controllers that decide the same at once', async () => {
      const [one, two] = await stores.two();
      const both = [one, two, one, two].map(({ tables }, i) =>
        tables.rollouts.appendAction(action(`same-${i >> 1}`)),
      );
      await Promise.all(both);
      const rows = await two.tables.rollouts.actions('ro_1');
      expect(rows.map(({ id }) => id).sort()).toEqual(['same-0', 'same-1']);
    });
  });
};
