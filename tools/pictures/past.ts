/** What a server would have kept, had it run for ninety days: traffic by the day and the hour, quiet at night and at weekends. */
import { seededRandom } from '../../src/core/random.ts';
import { durationCell } from '../../src/metrics/duration-buckets.ts';
import { openStore } from '../../src/store/open.ts';
import type { TrafficRow } from '../../src/store/store.ts';
import { TRAFFIC_STEPS } from '../../src/store/traffic-steps.ts';
import { TRAFFIC } from './people.ts';

const [HOUR, DAY] = [3_600_000, 86_400_000];
const SAMPLES = 80;
const random = seededRandom(7);

/** Of the height of a working day. */
function busyness(at: number): number {
  const hour = (at % DAY) / HOUR;
  const isWeekend = [0, 6].includes(new Date(at).getUTCDay());
  const day = 0.25 + 0.75 * Math.exp(-(((hour - 14) / 5) ** 2));
  return day * (isWeekend ? 0.45 : 1) * (0.93 + 0.14 * random.next());
}

/** Most are quick; one in sixteen waits for something. */
const millis = (): number =>
  0.2 *
  Math.exp((random.next() + random.next() + random.next() - 1.5) * 0.8) *
  (random.next() < 0.06 ? 12 : 1);

/** Of the last cell, only what was counted until now. */
function cellOf(model: string, step: number, at: number, now: number): TrafficRow {
  const wanted = (TRAFFIC[model]?.rate ?? 1) * (Math.min(step, now - at) / 1000) * busyness(at);
  const each = Math.max(1, Math.round(wanted / SAMPLES));
  const times = new Map<number, number>();
  for (let k = 0; k < SAMPLES; k++) {
    const cell = durationCell(millis());
    times.set(cell, (times.get(cell) ?? 0) + each);
  }
  return {
    ...{ model, step, at, version: 1, replica: 'before', times: [...times] },
    ...{ answered: each * SAMPLES, invalid: Math.round(each * 0.2), overloaded: 0, cancelled: 0 },
    failed: Math.round(each * SAMPLES * 0.0008 * random.next()),
  };
}

/** To be called while no server has the data folder. */
export async function rememberTraffic(store: string): Promise<void> {
  const opened = await openStore(store);
  const now = Date.now();
  for (const model of Object.keys(TRAFFIC))
    for (const { step, kept } of TRAFFIC_STEPS) {
      const first = Math.floor((now - kept) / step) + 1;
      const count = Math.floor(now / step) + 1 - first;
      await opened.tables.traffic.put(
        Array.from({ length: count }, (_, k) => cellOf(model, step, (first + k) * step, now)),
      );
    }
  await opened.close();
}
