import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MetricsSnapshot, takeMetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import type { WorkerReport } from './messages.ts';
import { CounterTally } from './tally.ts';

const SEED = 20_261_125;

/** A worker that counts and reports, as the real ones do. */
class Counting {
  readonly #worker: number;
  readonly #epoch: number;
  readonly metrics = new ServingMetrics();
  #seq = 0;

  constructor(worker: number, epoch: number) {
    this.#worker = worker;
    this.#epoch = epoch;
  }

  answer(model: string): void {
    const series = this.metrics.seriesOf(model, 1);
    series.answered(2, 10 * this.#worker + this.#epoch);
    series.observe(4, 0.5);
  }

  report(): WorkerReport {
    const snapshot = takeMetricsSnapshot(this.metrics, 0);
    return { worker: this.#worker, epoch: this.#epoch, seq: ++this.#seq, snapshot };
  }
}

const okOf = ({ series }: MetricsSnapshot): number =>
  series.reduce((sum, { counters }) => sum + counters[0]!, 0);

test('the sum is what every worker has counted, models and all', () => {
  const tally = new CounterTally();
  const [one, two] = [new Counting(1, 1), new Counting(2, 1)];
  one.answer('a');
  two.answer('a');
  two.answer('b');
  one.metrics.inFlight = 3;
  two.metrics.inFlight = 4;
  two.metrics.queueDepth = 5;
  tally.note(one.report());
  tally.note(two.report());
  const total = tally.total();
  expect(total).toMatchObject({ inFlight: 7, queueDepth: 5 });
  const byModel = new Map(total.series.map((series) => [series.model, series]));
  expect(byModel.get('a')).toMatchObject({ version: 1, lastAnswer: 21 });
  expect(byModel.get('a')!.counters[0]).toBe(2);
  expect(byModel.get('b')!.counters[0]).toBe(1);
  // Each answer counts in six cells: outcome, batch size, bucket, two rows, and 0.5 ms of time.
  expect(byModel.get('a')!.counters.reduce((sum, count) => sum + count)).toBe(2 * (1 + 1 + 1 + 2 + 0.5));
});

test('what a worker held goes with it, what it counted stays', () => {
  const tally = new CounterTally();
  const first = new Counting(1, 1);
  first.answer('a');
  first.metrics.inFlight = 9;
  const last = first.report();
  tally.note(last);
  tally.end(1);
  expect(tally.total()).toMatchObject({ inFlight: 0 });
  expect(okOf(tally.total())).toBe(1);
  tally.note(last);
  tally.end(1);
  expect(okOf(tally.total())).toBe(1);
});

test('no sum ever falls, whatever is lost, repeated or late, and none counts anything twice', () => {
  const step = fc.record({
    worker: fc.integer({ min: 1, max: 3 }),
    what: fc.constantFrom('answer', 'answer', 'report', 'lose', 'repeat', 'die'),
    model: fc.constantFrom('a', 'b'),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const tally = new CounterTally();
      const sent: WorkerReport[] = [];
      const alive = new Map([1, 2, 3].map((worker) => [worker, new Counting(worker, 1)]));
      const epochs = new Map([1, 2, 3].map((worker) => [worker, 1]));
      const reported = new Map<string, number>();
      let before = 0;
      for (const { worker, what, model, pick } of steps) {
        const counting = alive.get(worker)!;
        if (what === 'answer') counting.answer(model);
        if (what === 'lose') sent.push(counting.report());
        if (what === 'report') {
          const report = counting.report();
          sent.push(report);
          tally.note(report);
          reported.set(`${worker} ${report.epoch}`, okOf(report.snapshot));
        }
        if (what === 'die') {
          tally.end(worker);
          const epoch = epochs.get(worker)! + 1;
          epochs.set(worker, epoch);
          alive.set(worker, new Counting(worker, epoch));
        }
        // Only what has been seen already comes again; it is never newer than what is known.
        const again = sent[pick % Math.max(1, sent.length)];
        if (what === 'repeat' && again && reported.has(`${again.worker} ${again.epoch}`)) {
          const key = `${again.worker} ${again.epoch}`;
          const isCurrent = again.epoch === epochs.get(again.worker);
          tally.note(again);
          if (isCurrent) reported.set(key, Math.max(reported.get(key)!, okOf(again.snapshot)));
        }
        const now = okOf(tally.total());
        expect(now).toBeGreaterThanOrEqual(before);
        expect(now).toBe([...reported.values()].reduce((sum, count) => sum + count, 0));
        before = now;
      }
    }),
    { seed: SEED },
  );
});
