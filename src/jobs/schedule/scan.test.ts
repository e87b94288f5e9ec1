import { describe, expect, test } from 'vitest';
import type { JobRow, RunRow } from '../../store/ledger/ledger.ts';
import type { FrozenItem } from '../chunk.ts';
import { type LookOptions, scanTriggers, type TriggerScan } from './scan.ts';
import { DEFAULT_SCHEDULE, type JobSchedule, type JobTrigger } from './schedule.ts';
import { PathSettling } from './settling.ts';

const NIGHTLY = { kind: 'cron', cron: '0 2 * * *', timeZone: 'UTC', misfire: 'once' } as const;
const at = (text: string): number => Date.parse(text);

/** A job whose memory follows what was noticed, as the ledger keeps it. */
class Watched {
  readonly #schedule: JobSchedule;
  readonly #options: LookOptions;
  #memory: unknown = null;
  files: readonly FrozenItem[] = [];
  done: string | null = null;

  constructor(...triggers: readonly JobTrigger[]) {
    this.#schedule = { ...DEFAULT_SCHEDULE, triggers };
    this.#options = {
      ledger: { lastDone: async () => (this.done === null ? null : ({ id: this.done } as RunRow)) },
      list: async () => this.files,
      settling: new PathSettling(),
    };
  }

  async look(now: number): Promise<TriggerScan['events']> {
    const job = { name: 'j', memory: this.#memory } as JobRow;
    const { events, memory } = await scanTriggers(job, this.#schedule, now, this.#options);
    this.#memory = memory ?? this.#memory;
    return events;
  }
}

const file = (path: string, size = 1): FrozenItem => ({
  kind: 'file',
  ...{ path, size, mtimeMs: 5, digest: '', partition: {} },
});

describe('a nightly job', () => {
  test('starts nothing when it is seen for the first time, and then once a night however often it is looked at', async () => {
    const job = new Watched(NIGHTLY);
    const keys: string[] = [];
    for (let now = at('2026-11-01T00:00:00Z'); now < at('2026-11-03T12:00:00Z'); now += 600_000) {
      keys.push(...(await job.look(now)).map(({ key }) => key));
    }
    expect(keys).toEqual([
      '2026-11-01T02:00:00+00:00',
      '2026-11-02T02:00:00+00:00',
      '2026-11-03T02:00:00+00:00',
    ]);
  });

  test('is made up for once after nights without a server', async () => {
    const job = new Watched(NIGHTLY);
    await job.look(at('2026-11-01T00:00:00Z'));
    const late = await job.look(at('2026-11-05T08:00:00Z'));
    expect(late.map(({ key }) => key)).toEqual(['2026-11-05T02:00:00+00:00']);
    expect(await job.look(at('2026-11-05T08:00:01Z'))).toEqual([]);
  });

  test('that is not to be made up for passes over what was missed for good', async () => {
    const job = new Watched({ ...NIGHTLY, misfire: 'none' });
    await job.look(at('2026-11-01T00:00:00Z'));
    expect(await job.look(at('2026-11-05T08:00:00Z'))).toEqual([]);
    expect(await job.look(at('2026-11-06T02:00:01Z'))).toHaveLength(1);
  });
});

describe('a job for files that arrive', () => {
  const trigger = { kind: 'files', settleSeconds: 5 } as const;

  test('takes those that were there for granted, and each new one once, when it no longer changes', async () => {
    const job = new Watched(trigger);
    job.files = [file('a')];
    expect(await job.look(0)).toEqual([]);
    job.files = [file('a'), file('b', 10)];
    expect(await job.look(1000)).toEqual([]);
    job.files = [file('a'), file('b', 20)];
    expect(await job.look(5500)).toEqual([]);
    expect(await job.look(10_400)).toEqual([]);
    const [arrival] = await job.look(10_500);
    expect(arrival).toMatchObject({ cause: 'files', only: ['b'] });
    expect(await job.look(60_000)).toEqual([]);
  });

  test('makes one run of files that come together, and another one of a file that is replaced', async () => {
    const job = new Watched(trigger);
    await job.look(0);
    job.files = [file('y'), file('x')];
    await job.look(1000);
    const [both] = await job.look(7000);
    expect(both?.only).toEqual(['x', 'y']);
    job.files = [file('y', 99), file('x')];
    await job.look(8000);
    const [again] = await job.look(20_000);
    expect(again?.only).toEqual(['y']);
    expect(again?.key).not.toBe(both?.key);
  });
});

test.each(['before', 'constructor'])(
  'a job after %s starts when that is done, once for each of its runs',
  async (before) => {
    const job = new Watched({ kind: 'upstream', job: before });
    job.done = 'r1';
    expect(await job.look(0)).toEqual([]);
    job.done = 'r2';
    expect((await job.look(1)).map(({ key }) => key)).toEqual(['r2']);
    expect(await job.look(2)).toEqual([]);
  },
);
