import { describe, expect, it } from 'vitest';
import { rejectionCodeOf, type StorePlace } from '../../testing/stores.ts';
import { intake, monitoringBlock, monitoringsOf, segment, tick } from './monitorings.ts';

const ALL = { endpoint: null, from: 0, to: 1e12 };

export const intakeContract = (place: StorePlace): void => {
  describe('blocks', () => {
    const monitorings = monitoringsOf(place);

    it('are taken in once, with all that was made of them or none of it', async () => {
      const store = await monitorings.one();
      const first = intake({
        blocks: [monitoringBlock(1), monitoringBlock(2)],
        segments: [segment('a', 0, 9)],
        ticks: [tick(0)],
      });
      expect(await store.takeIn(first)).toBe(true);
      expect(await store.takeIn(first)).toBe(false);
      const overlapping = intake({
        blocks: [monitoringBlock(3), monitoringBlock(2)],
        segments: [segment('b', 0, 9)],
        ticks: [tick(10)],
      });
      expect(await store.takeIn(overlapping)).toBe(false);
      expect(await store.segments(ALL)).toEqual([segment('a', 0, 9)]);
      expect(await store.ticksAfter(0, 10)).toMatchObject([tick(0)]);
      expect(await store.fresh([monitoringBlock(3), monitoringBlock(2), monitoringBlock(1)])).toEqual([
        monitoringBlock(3),
      ]);
    });

    it('are told apart by worker, epoch and number, however workers are named', async () => {
      const store = await monitorings.one();
      await store.takeIn(intake({ blocks: [monitoringBlock(1, 'a/1', 1)] }));
      const others = [
        monitoringBlock(1, 'a', 1),
        monitoringBlock(11, 'a/1', 1),
        monitoringBlock(1, 'a/1/1', 1),
        monitoringBlock(1, 'a/1', 11),
      ];
      expect(await store.fresh([...others, monitoringBlock(1, 'a/1', 1)])).toEqual(others);
      expect(await store.fresh([])).toEqual([]);
    });

    it('of thousands are looked up and taken in, in their order', async () => {
      const store = await monitorings.one();
      const blocks = Array.from({ length: 2500 }, (_, seq) => monitoringBlock(seq));
      expect(await store.takeIn(intake({ blocks: blocks.filter(({ seq }) => seq % 2 === 0) }))).toBe(true);
      expect(await store.fresh(blocks)).toEqual(blocks.filter(({ seq }) => seq % 2 === 1));
      expect(await store.takeIn(intake({ blocks: [...blocks.slice(2400).reverse()] }))).toBe(false);
    });

    it('that two processes take in at once are kept by one of them', async () => {
      const [one, two] = await monitorings.two();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? one : two).takeIn(
            intake({ blocks: [monitoringBlock(5)], segments: [segment(`s${i}`, 0, 1)], ticks: [tick(i)] }),
          ),
        ),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      const winner = answers.indexOf(true);
      expect(await two.segments(ALL)).toEqual([segment(`s${winner}`, 0, 1)]);
      expect((await one.ticksAfter(0, 10)).map(({ at }) => at)).toEqual([winner]);
    });

    it('leave nothing behind where a value of them cannot be kept', async () => {
      const store = await monitorings.one();
      const bad = intake({
        blocks: [monitoringBlock(1)],
        segments: [segment('a', 0, 9)],
        ticks: [tick(0.5)],
      });
      expect(await rejectionCodeOf(store.takeIn(bad))).toBe('STORE_VALUE_INVALID');
      expect([await store.segments(ALL), await store.fresh([monitoringBlock(1)])]).toEqual([
        [],
        [monitoringBlock(1)],
      ]);
    });
  });
};

export const ticksContract = (place: StorePlace): void => {
  describe('ticks', () => {
    const monitorings = monitoringsOf(place);

    it('are read in the order in which they came, and by time', async () => {
      const store = await monitorings.one();
      const all = [tick(30), tick(10), tick(20, { version: 2 }), tick(20, { endpoint: 'other' })];
      await store.takeIn(intake({ ticks: all }));
      const read = await store.ticksAfter(0, 10);
      expect(read.map(({ id: _, ...rest }) => rest)).toEqual(all);
      expect(await store.ticksAfter(read[1]!.id, 1)).toEqual([read[2]]);
      const times = async (version: number | null, from: number, to: number) =>
        (await store.ticks({ endpoint: 'churn', version, from, to })).map(({ at }) => at);
      expect(await times(null, 0, 100)).toEqual([10, 20, 30]);
      expect(await times(1, 10, 30)).toEqual([10]);
      expect(await times(2, 0, 100)).toEqual([20]);
    });

    it('are replaced by sums that nobody reads twice', async () => {
      const [one, two] = await monitorings.two();
      await one.takeIn(intake({ ticks: [tick(0), tick(10), tick(20)] }));
      const read = await one.ticksAfter(0, 10);
      const ids = read.slice(0, 2).map(({ id }) => id);
      const sum = tick(0, { span: 20, rows: 10 });
      const answers = await Promise.all([one, two].map((store) => store.foldTicks(ids, [sum])));
      expect(answers.toSorted()).toEqual([false, true]);
      expect(await two.ticks({ endpoint: 'churn', version: null, from: 0, to: 100 })).toMatchObject([
        sum,
        tick(20),
      ]);
      await one.takeIn(intake({ ticks: [tick(30)] }));
      expect((await two.ticksAfter(0, 10)).map(({ at }) => at)).toEqual([20, 30]);
      expect(await one.foldTicks([read[2]!.id, 999], [sum])).toBe(false);
      expect((await one.ticksAfter(0, 10)).map(({ at }) => at)).toEqual([20, 30]);
    });
  });
};

export const segmentsContract = (place: StorePlace): void => {
  describe('files of the log', () => {
    const monitorings = monitoringsOf(place);

    it('are found by endpoint and by any time within', async () => {
      const store = await monitorings.one();
      const files = [segment('b', 10, 20), segment('a', 15, 30), segment('c', 0, 99, 'other')];
      await store.takeIn(intake({ segments: files }));
      const paths = async (endpoint: string | null, from: number, to: number) =>
        (await store.segments({ endpoint, from, to })).map(({ path }) => path);
      expect(await paths('churn', 0, 100)).toEqual(['b', 'a']);
      expect(await paths('churn', 20, 20)).toEqual(['b', 'a']);
      expect(await paths('churn', 21, 40)).toEqual(['a']);
      expect(await paths('churn', 31, 40)).toEqual([]);
      expect(await paths(null, 0, 100)).toEqual(['b', 'a', 'c']);
      expect((await store.knownSegments(['a', 'z', 'c'])).toSorted()).toEqual(['a', 'c']);
    });

    it('are put in the place of others once, whoever does it at the same time', async () => {
      const [one, two] = await monitorings.two();
      await one.takeIn(intake({ segments: ['a', 'b', 'c'].map((path) => segment(path, 0, 1)) }));
      const answers = await Promise.all(
        [one, two].map((store, i) => store.replaceSegments(['a', 'b'], [segment(`ab${i}`, 0, 1)])),
      );
      expect(answers.toSorted()).toEqual([false, true]);
      expect((await one.segments(ALL)).map(({ path }) => path)).toEqual([`ab${answers.indexOf(true)}`, 'c']);
      expect(await two.replaceSegments(['c'], [])).toBe(true);
      expect(await one.segments(ALL)).toHaveLength(1);
    });
  });
};
