import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { LEDGER_JOB, ledgersOf, newRun } from './ledgers.ts';

export const beginContract = (place: StorePlace): void => {
  describe('runs of a job', () => {
    const ledgers = ledgersOf(place);

    it('begin with their first run, and number the next ones', async () => {
      const ledger = await ledgers.one();
      const first = await ledger.begin(LEDGER_JOB, newRun('r1'));
      expect(first).toEqual({
        ...newRun('r1'),
        job: 'nightly',
        number: 1,
        attempt: 1,
        startedAt: null,
        endedAt: null,
        holder: null,
        fence: 0,
        leaseUntil: 0,
        fingerprint: null,
        facts: null,
        plan: null,
        receipt: null,
        error: null,
        progress: null,
      });
      expect(await ledger.job('nightly')).toEqual({
        ...LEDGER_JOB,
        schedule: null,
        paused: false,
        memory: null,
        generation: 1,
      });
      expect((await ledger.begin({ ...LEDGER_JOB, spec: 'another' }, newRun('r2')))?.number).toBe(2);
      expect(await ledger.job('Nightly')).toBeNull();
    });

    it('leave a job that has a schedule as it is defined; one without is what its last run was', async () => {
      const ledger = await ledgers.one();
      await ledger.begin(LEDGER_JOB, newRun('r1'));
      await ledger.begin({ ...LEDGER_JOB, spec: 'another', createdBy: 'bob' }, newRun('r2'));
      expect(await ledger.job('nightly')).toMatchObject({ spec: 'another', createdBy: LEDGER_JOB.createdBy });
      await ledger.define({ ...LEDGER_JOB, schedule: { cron: '0 2 * * *' } });
      await ledger.begin({ ...LEDGER_JOB, spec: 'a third' }, newRun('r3'));
      expect((await ledger.job('nightly'))?.spec).toEqual(LEDGER_JOB.spec);
    });

    it('have one run of each due time, whoever else begins it', async () => {
      const [one, two] = await ledgers.two();
      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? one : two).begin(
            LEDGER_JOB,
            newRun(`r${i}`, { cause: 'schedule', due: 'schedule/02:00' }),
          ),
        ),
      );
      expect(begun.filter((run) => run !== null).map(({ number }) => number)).toEqual([1]);
      expect(
        await one.begin({ ...LEDGER_JOB, name: 'other' }, newRun('r9', { due: 'schedule/02:00' })),
      ).not.toBeNull();
    });

    it('number their runs without gaps where many begin at once', async () => {
      const [one, two] = await ledgers.two();
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : two).begin(LEDGER_JOB, newRun(`r${i}`))),
      );
      const numbers = begun.map((run) => run?.number ?? 0).toSorted((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    });
  });
};

export const jobsContract = (place: StorePlace): void => {
  describe('jobs', () => {
    const ledgers = ledgersOf(place);

    it('are defined anew without forgetting what their trigger remembers', async () => {
      const ledger = await ledgers.one();
      const defined = await ledger.define({ ...LEDGER_JOB, schedule: { cron: '0 2 * * *' } });
      expect(defined).toMatchObject({ schedule: { cron: '0 2 * * *' }, generation: 1, memory: null });
      expect(await ledger.remember('nightly', 1, { seen: ['a'] }, [])).toBe(true);
      const again = await ledger.define({
        ...LEDGER_JOB,
        spec: 2,
        schedule: null,
        createdAt: 99,
        createdBy: 'bob',
      });
      expect(again).toEqual({
        ...LEDGER_JOB,
        spec: 2,
        schedule: null,
        paused: false,
        memory: { seen: ['a'] },
        generation: 3,
      });
    });

    it('are paused and go on, and say where there is none', async () => {
      const ledger = await ledgers.one();
      await ledger.define({ ...LEDGER_JOB, schedule: null });
      expect(await ledger.pause('nightly', true)).toBe(true);
      expect(await ledger.job('nightly')).toMatchObject({ paused: true, generation: 2 });
      expect(await ledger.pause('nightly', false)).toBe(true);
      expect((await ledger.job('nightly'))?.paused).toBe(false);
      expect(await ledger.pause('none', true)).toBe(false);
    });

    it('are listed by name in parts', async () => {
      const ledger = await ledgers.one();
      for (const name of ['b', 'a', 'Z', 'ä', 'c'])
        await ledger.define({ ...LEDGER_JOB, name, schedule: null });
      const first = await ledger.jobs({ limit: 3 });
      expect(first.items.map(({ name }) => name)).toEqual(['Z', 'a', 'b']);
      const second = await ledger.jobs({ limit: 3, cursor: first.next! });
      expect(second.items.map(({ name }) => name)).toEqual(['c', 'ä']);
      expect(second.next).toBeNull();
    });

    it('remember and start runs together, once, whoever looks at the same time', async () => {
      const [one, two] = await ledgers.two();
      await one.define({ ...LEDGER_JOB, schedule: null });
      const looks = Array.from({ length: 6 }, (_, i) =>
        (i % 2 === 0 ? one : two).remember('nightly', 1, { look: i }, [
          newRun(`a${i}`, { cause: 'files', due: 'files/a' }),
          newRun(`b${i}`, { cause: 'files', due: 'files/b' }),
        ]),
      );
      expect((await Promise.all(looks)).filter(Boolean)).toHaveLength(1);
      const { items } = await one.runs('nightly');
      expect(items.map(({ due, number }) => [due, number])).toEqual([
        ['files/b', 2],
        ['files/a', 1],
      ]);
      // One that was started already is not started again, and hinders no other.
      expect(await two.remember('nightly', 2, null, [newRun('c', { due: 'files/a' }), newRun('d')])).toBe(
        true,
      );
      expect((await one.latest('nightly'))?.id).toBe('d');
      expect(await two.remember('none', 1, null, [])).toBe(false);
    });
  });
};
