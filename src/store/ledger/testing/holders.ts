import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import type { Ledger } from '../ledger.ts';
import { heldRun, LEDGER_JOB, ledgersOf, newRun } from './ledgers.ts';

export const holdersContract = (place: StorePlace): void => {
  describe('holders of runs', () => {
    const ledgers = ledgersOf(place);

    it('are one at a time, until a lease has run out', async () => {
      const [one, two] = await ledgers.two();
      await one.begin(LEDGER_JOB, newRun('r1'));
      expect(await one.claim('r1', 'one', 0, 10)).toMatchObject({ holder: 'one', fence: 1, leaseUntil: 10 });
      expect(await two.claim('r1', 'two', 9, 10)).toBeNull();
      expect(await one.claim('r1', 'one', 9, 10)).toBeNull();
      expect(await one.renew('r1', 1, 9, 10)).toBe(true);
      expect(await two.claim('r1', 'two', 18, 10)).toBeNull();
      expect(await two.claim('r1', 'two', 19, 10)).toMatchObject({ holder: 'two', fence: 2 });
      expect(await one.renew('r1', 1, 20, 10)).toBe(false);
      expect(await one.claim('none', 'one', 0, 10)).toBeNull();
    });

    it('are followed at once where they are known to be gone', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger, 'dead');
      expect(await ledger.claim('r1', 'new', 1, 1000, 'another')).toBeNull();
      expect(await ledger.claim('r1', 'new', 1, 1000, 'dead')).toMatchObject({ holder: 'new', fence: 2 });
      expect(await ledger.claim('r1', 'late', 2, 1000, 'dead')).toBeNull();
    });

    it('that were followed change nothing any more', async () => {
      const [one, two] = await ledgers.two();
      await heldRun(one);
      await two.claim('r1', 'two', 2000, 1000);
      expect(await one.change('r1', 1, { state: 'done' })).toBe(false);
      expect(await one.release('r1', 1, { state: 'done' })).toBe(false);
      expect(await one.addPiece('r1', 1, 'a', 0, 'd')).toBe(false);
      expect(await one.finishChunk('r1', 1, 0, {}, {})).toBe(false);
      expect(await two.run('r1')).toMatchObject({ state: 'queued', holder: 'two', fence: 2, progress: null });
      expect([await two.pieces('r1'), await two.chunks('r1')]).toEqual([[], []]);
    });

    it('do what a plain model of them does, whatever the order of calls', async () => {
      const ledger = await ledgers.one();
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          runs += 1;
          const id = `p${runs}`;
          await ledger.begin(LEDGER_JOB, newRun(id));
          const model = new Model();
          let now = 0;
          for (const call of steps) {
            now += call.wait;
            expect(await asked(ledger, id, call, now)).toEqual(model.asked(call, now));
          }
        }),
        { numRuns: 40 },
      );
    });
  });
};

const step = fc.record({
  kind: fc.constantFrom('claim' as const, 'renew' as const, 'release' as const, 'change' as const),
  holder: fc.constantFrom('a', 'b'),
  gone: fc.option(fc.constantFrom('a', 'b')),
  wait: fc.nat(6),
  fence: fc.integer({ min: 1, max: 5 }),
});
type Call = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function asked(ledger: Ledger, id: string, call: Call, now: number): Promise<unknown> {
  const { kind, holder, gone, fence } = call;
  if (kind === 'claim') return (await ledger.claim(id, holder, now, 5, gone ?? undefined))?.fence ?? null;
  if (kind === 'renew') return ledger.renew(id, fence, now, 5);
  return kind === 'change' ? ledger.change(id, fence, { attempt: now }) : ledger.release(id, fence, {});
}

/** Who has a run, said in another way: a list of all holders that it ever had. */
class Model {
  readonly #reigns: { holder: string; until: number; over: boolean }[] = [];

  asked({ kind, holder, gone, fence }: Call, now: number): unknown {
    const last = this.#reigns.at(-1);
    if (kind === 'claim') {
      const taken = last !== undefined && !last.over && last.until > now && last.holder !== gone;
      return taken ? null : this.#reigns.push({ holder, until: now + 5, over: false });
    }
    if (last === undefined || last.over || fence !== this.#reigns.length) return false;
    if (kind === 'renew') last.until = now + 5;
    if (kind === 'release') last.over = true;
    return true;
  }
}
