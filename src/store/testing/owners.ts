import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fence, Owners } from '../store.ts';
import { type StorePlace, storesOf } from './stores.ts';

export const ownersContract = (place: StorePlace): void => {
  describe('ownership', () => {
    const stores = storesOf(place);

    it('is kept by its holder, and goes to another with a greater token when its time has run out', async () => {
      const [one, two] = await stores.two();
      expect(await one.tables.owners.acquire('c', 'one', 0, 10)).toEqual({ scope: 'c', token: 1 });
      expect(await two.tables.owners.acquire('c', 'two', 9, 10)).toBeNull();
      expect(await one.tables.owners.acquire('c', 'one', 9, 10)).toEqual({ scope: 'c', token: 1 });
      expect(await two.tables.owners.acquire('c', 'two', 18, 10)).toBeNull();
      expect(await two.tables.owners.acquire('c', 'two', 19, 10)).toEqual({ scope: 'c', token: 2 });
      expect(await two.tables.owners.holds({ scope: 'c', token: 1 })).toBe(false);
      expect(await one.tables.owners.holds({ scope: 'c', token: 2 })).toBe(true);
      await one.tables.owners.release({ scope: 'c', token: 1 });
      expect(await one.tables.owners.holds({ scope: 'c', token: 2 })).toBe(true);
    });

    it('goes to one of many who ask at once', async () => {
      const [one, two] = await stores.two();
      for (let round = 0; round < 10; round += 1) {
        const asked = Array.from({ length: 6 }, (_, i) =>
          (i % 2 === 0 ? one : two).tables.owners.acquire('c', `${round}-${i}`, round, 1),
        );
        const given = (await Promise.all(asked)).filter((fence) => fence !== null);
        expect(given).toEqual([{ scope: 'c', token: round + 1 }]);
      }
    });

    it('does what a plain model of it does, whatever the order of calls', async () => {
      const { owners } = (await stores.one()).tables;
      let scope = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          scope += 1;
          const model = new Model(`s${scope}`);
          let now = 0;
          for (const { kind, holder, wait, token } of steps) {
            now += wait;
            await same(owners, model, { kind, holder, fence: { scope: `s${scope}`, token } }, now);
          }
        }),
        { numRuns: 40 },
      );
    });
  });
};

const step = fc.record({
  kind: fc.constantFrom('acquire' as const, 'holds' as const, 'release' as const),
  holder: fc.constantFrom('a', 'b', 'c'),
  wait: fc.nat(6),
  token: fc.integer({ min: 1, max: 5 }),
});

interface Call {
  readonly kind: 'acquire' | 'holds' | 'release';
  readonly holder: string;
  readonly fence: Fence;
}

async function same(owners: Owners, model: Model, { kind, holder, fence }: Call, now: number): Promise<void> {
  if (kind === 'acquire') {
    expect(await owners.acquire(fence.scope, holder, now, 5)).toEqual(model.acquire(holder, now, 5));
  } else if (kind === 'holds') {
    expect(await owners.holds(fence)).toBe(model.holds(fence.token));
  } else {
    await owners.release(fence);
    model.release(fence.token);
  }
}

/** Ownership of one scope, said in another way: a list of all owners that there ever were. */
class Model {
  readonly scope: string;
  readonly #reigns: { holder: string; until: number; over: boolean }[] = [];

  constructor(scope: string) {
    this.scope = scope;
  }

  acquire(holder: string, now: number, millis: number): Fence | null {
    const last = this.#reigns.at(-1);
    const mine = last !== undefined && !last.over && last.holder === holder;
    if (last !== undefined && !mine && !last.over && last.until > now) return null;
    if (mine) last.until = now + millis;
    else this.#reigns.push({ holder, until: now + millis, over: false });
    return { scope: this.scope, token: this.#reigns.length };
  }

  holds(token: number): boolean {
    return token === this.#reigns.length && this.#reigns.at(-1)?.over === false;
  }

  release(token: number): void {
    if (this.holds(token)) this.#reigns.at(-1)!.over = true;
  }
}
