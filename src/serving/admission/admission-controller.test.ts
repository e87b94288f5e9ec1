import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { AdmissionController, type AdmissionRequest } from './admission-controller.ts';
import type { PredictedWork } from './predicted-work.ts';

const NOW = { age: 0, last: 0 };

/** An admission of which only the loop is used, and what it has shed. */
function admission(): { admission: AdmissionController; shed: Record<string, number> } {
  const shed: Record<string, number> = {};
  const count = (endpoint: string, reason: string): void => {
    shed[`${endpoint} ${reason}`] = (shed[`${endpoint} ${reason}`] ?? 0) + 1;
  };
  return {
    admission: new AdmissionController({ threads: 2, inlineBytes: 1 << 16, inlineMicros: 2000, shed: count }),
    shed,
  };
}

const arrival = (more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  ...{ endpoint: 'iris', elsewhere: null, length: 5000, perByte: 0.1, timeout: Infinity },
  ...more,
});

interface Load {
  readonly endpoint: string;
  /** Requests a millisecond. */
  readonly rate: number;
}

interface Ran {
  readonly answered: Record<string, number>;
  readonly slowest: number;
  /** Milliseconds from each arrival to its answer. */
  readonly waits: number[];
}

/**
 * One processor that takes half a millisecond a request, first come, first served, and looks before each whether its turn is
 * worth taking; arrivals are a Poisson stream.
 */
function simulate(one: AdmissionController, loads: readonly Load[], from: number, until: number): Ran {
  const random = seededRandom(7);
  const answered: Record<string, number> = {};
  const waits: number[] = [];
  let free = from;
  const due = loads.map(({ rate }) => from - Math.log(1 - random.next()) / rate);
  const line: { readonly work: PredictedWork; readonly came: number; readonly who: string }[] = [];
  const serve = (now: number): void => {
    for (let next = line[0]; next && Math.max(free, next.came) + 0.5 <= now; next = line[0]) {
      const { work, came, who } = line.shift()!;
      const begins = Math.max(free, came);
      if (one.lost(work, begins) !== null) {
        work.end(begins);
        continue;
      }
      free = begins + 0.5;
      work.answered(5000, 500, free);
      work.end(free);
      answered[who] = (answered[who] ?? 0) + 1;
      waits.push(free - came);
    }
  };
  for (;;) {
    const next = due.indexOf(Math.min(...due));
    const now = due[next]!;
    serve(now < until ? now : Infinity);
    if (now >= until) return { answered, slowest: Math.max(...waits), waits };
    const { endpoint, rate } = loads[next]!;
    due[next] = now - Math.log(1 - random.next()) / rate;
    try {
      const work = one.arrive(arrival({ endpoint }), NOW, now)!;
      work.received(5000, now);
      line.push({ work, came: now, who: endpoint });
    } catch {
      // Shed.
    }
  }
}

test.each([2, 4])('at %d times the capacity all of it is used, and nobody waits long', (times) => {
  const { admission: one, shed } = admission();
  simulate(one, [{ endpoint: 'iris', rate: 1 }], 0, 1000);
  expect(shed).toEqual({});
  simulate(one, [{ endpoint: 'iris', rate: 2 * times }], 1000, 1200);
  const { answered, slowest } = simulate(one, [{ endpoint: 'iris', rate: 2 * times }], 1200, 4200);
  expect(answered['iris']! / 6000).toBeGreaterThan(0.95);
  expect(slowest).toBeLessThan(9);
});

test.each([2, 4])(
  'at %d times the capacity hardly anybody waits long, from the first request on',
  (times) => {
    const { admission: one } = admission();
    simulate(one, [{ endpoint: 'iris', rate: 1 }], 0, 1000);
    const { waits } = simulate(one, [{ endpoint: 'iris', rate: 2 * times }], 1000, 3000);
    waits.sort((a, b) => a - b);
    expect(waits.length / 4000).toBeGreaterThan(0.95);
    expect(waits[Math.floor(0.99 * waits.length)]).toBeLessThan(24);
  },
);

test('clients that ask anew when they have been answered stand in line for as long as nobody minds', () => {
  const { admission: one, shed } = admission();
  const line: { readonly work: PredictedWork; readonly ends: number }[] = [];
  let free = 0;
  const ask = (now: number): void => {
    const work = one.arrive(arrival(), NOW, now)!;
    work.received(5000, now);
    free = Math.max(free, now) + 0.5;
    line.push({ work, ends: free });
  };
  for (let k = 0; k < 38; k++) ask(k / 100);
  for (let k = 0; k < 4000; k++) {
    const { work, ends } = line.shift()!;
    work.answered(5000, 500, ends);
    work.end(ends);
    ask(ends);
  }
  expect(shed).toEqual({});
});

test('once the load has fallen nothing is refused any more', () => {
  const { admission: one, shed } = admission();
  simulate(one, [{ endpoint: 'iris', rate: 8 }], 0, 2000);
  simulate(one, [{ endpoint: 'iris', rate: 1 }], 2000, 2200);
  const before = { ...shed };
  const { answered } = simulate(one, [{ endpoint: 'iris', rate: 1 }], 2200, 5200);
  expect(shed).toEqual(before);
  expect(answered['iris']).toBeGreaterThan(2800);
});

test('a hot endpoint sheds its own requests first', () => {
  const { admission: one, shed } = admission();
  const loads = [
    { endpoint: 'hot', rate: 8 },
    { endpoint: 'cold', rate: 0.2 },
  ];
  const { answered } = simulate(one, loads, 0, 5000);
  expect(shed['hot queue']).toBeGreaterThan(20_000);
  expect(answered['cold']! / (answered['cold']! + (shed['cold queue'] ?? 0))).toBeGreaterThan(0.99);
});

test('a burst that passes is answered in full', () => {
  const { admission: one, shed } = admission();
  for (let k = 0; k < 90; k++) one.arrive(arrival(), NOW, 0)!.received(5000, 0);
  expect(shed).toEqual({});
});

test('what is told of a refusal is measured: how long the queue is, and when it will have gone', () => {
  const { admission: one } = admission();
  const elsewhere = {};
  const slow = arrival({ elsewhere, endpoint: 'slow', length: 1000, perByte: 1000 });
  const taken: PredictedWork[] = [];
  const fill = (): void => {
    for (;;) {
      const work = one.arrive(slow, NOW, 0)!;
      work.received(1000, 0);
      taken.push(work);
    }
  };
  expect(fill).toThrow(expect.objectContaining({ code: 'OVERLOADED', http: 503 }));
  const seconds = taken.length;
  expect(() => one.arrive(slow, NOW, 0)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ retry: Math.min(60, seconds) + 1 }) }),
  );
  expect(one.waiting.get('slow')).toBeCloseTo(seconds, 1);
});

test('what cannot be there in time is refused at once, and what is late when its turn comes is dropped', () => {
  const { admission: one, shed } = admission();
  const quick = one.arrive(arrival({ timeout: 20 }), NOW, 0)!;
  quick.received(5000, 0);
  expect(one.lost(quick, 19)).toBe(null);
  expect(one.lost(quick, 21)).toMatchObject({ code: 'DEADLINE_EXCEEDED', http: 504 });
  for (let k = 0; k < 20; k++) one.arrive(arrival(), NOW, 21)!.received(5000, 21);
  expect(() => one.arrive(arrival({ timeout: 5 }), NOW, 21)).toThrow(
    expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }),
  );
  expect(shed).toEqual({ 'iris expired': 1, 'iris deadline': 1 });
});

test('trifles are counted nowhere, and refused only by a loop that is late turn after turn', () => {
  const { admission: one, shed } = admission();
  const trifle = arrival({ length: 60 });
  for (let now = 0; now < 100; now++) expect(one.arrive(trifle, { age: 4, last: 4 }, now)).toBe(null);
  const late = (now: number): unknown => one.arrive(trifle, { age: 30, last: 40 }, now);
  for (let now = 100; now <= 125; now++) expect(late(now)).toBe(null);
  expect(() => late(200)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
  expect(one.arrive(trifle, { age: 1, last: 40 }, 201)).toBe(null);
  expect(shed).toEqual({ 'iris loop_delay': 1 });
});
