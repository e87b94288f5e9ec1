/** The collector against the definition of what it counts, read off the whole story with sets of names. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { PAIR_ARM } from '../window-part.ts';
import { NEEDS, recordingOf, type TestRequest, testPart } from './testing/parts.ts';
import { type StoredWindow, WindowCollector } from './window-collector.ts';
import { parseWindowJson, windowJson } from './window-json.ts';

/** What happened, piece by piece; the oracle reads it as a whole, the collector in parts. */
interface Story {
  readonly windows: readonly {
    readonly stage: number;
    readonly shares: number[];
    readonly pieces: readonly {
      readonly worker: number;
      readonly seen: readonly TestRequest[];
      readonly lost: boolean;
    }[];
    readonly matured: readonly { unit: string | null; arm: number; failed: boolean }[];
  }[];
}

const BITS = 3;
const seenOf = fc
  .record({
    unit: fc.option(fc.nat(9), { freq: 4 }),
    arm: fc.constantFrom(0, 0, 1, 1, PAIR_ARM),
    flags: fc.nat(2 ** BITS - 1),
    other: fc.nat(2 ** BITS - 1),
    segment: fc.constantFrom('', 'de', 'fr'),
  })
  .map(
    ({ other, ...seen }): TestRequest =>
      seen.arm === PAIR_ARM ? { ...seen, flags: seen.flags | (other << 16) } : seen,
  );
const storyOf: fc.Arbitrary<Story> = fc.record({
  windows: fc.array(
    fc.record({
      stage: fc.nat(1),
      shares: fc.constantFrom([0, 1], [0.5, 0.5], [0.5, 0.5]),
      pieces: fc.array(
        fc.record({
          worker: fc.nat(2),
          seen: fc.array(seenOf, { maxLength: 6 }),
          lost: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
        }),
        { maxLength: 6 },
      ),
      matured: fc.array(
        fc.record({
          unit: fc.option(fc.nat(9).map((n) => `0000${(n * 7).toString(16).padStart(4, '0')}0000000${n}`)),
          arm: fc.nat(1),
          failed: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 9 },
  ),
});

interface Group {
  readonly atRisk: readonly number[];
  readonly now: readonly number[];
  readonly labels: { readonly units: number; readonly failures: number };
}

const written = ({ atRisk, now, labels }: Group) => ({
  units: atRisk[0],
  failures: now[0],
  over: { p50: now[1] },
  shifted: { high: now[2] },
  atRisk: { p50: atRisk[1], high: atRisk[2] },
  labels,
});

/** The definition, over all that was seen: sets of names, no tables, no bits beyond the flags themselves. */
function oracle({ windows }: Story) {
  const had = new Set<string>();
  const pairsHad = new Map<string, 'both' | 'discordant'>();
  let compares = false;
  const lives = new Lives();
  return windows.map(({ stage, shares, pieces, matured }, window) => {
    if (!compares && shares.every((share) => share > 0)) {
      compares = true;
      had.clear();
      lives.comparedFrom = window;
    }
    const broken = new Set(pieces.filter(({ lost }) => lost).map(({ worker }) => worker));
    const seen = pieces.filter(({ worker }) => !broken.has(worker)).flatMap((piece) => piece.seen);
    // A request without a unit gets a name that nobody else has.
    const named = seen.map((one, i) => ({ ...one, id: one.unit === null ? `#${i}` : `${one.unit}` }));
    const inArms = Map.groupBy(
      named.filter(({ arm }) => arm !== PAIR_ARM),
      ({ id }) => id,
    );
    const nothing = () => ({ atRisk: [0, 0, 0], now: [0, 0, 0], labels: { units: 0, failures: 0 } });
    const arms = [0, 1].map(() => ({ all: nothing(), newcomers: nothing(), assigned: 0 }));
    let crossed = 0;
    const crossing = new Set<string>();
    const after = new Set<string>();
    for (const [id, requests] of inArms) {
      const found = new Set(requests.map(({ arm }) => arm));
      const isNew = !had.has(`${id} seen`);
      after.add(`${id} seen`);
      for (let bit = 0; bit < BITS; bit++) {
        const happened = requests.some(({ flags }) => (flags >> bit) & 1);
        if (happened) after.add(`${id} ${bit}`);
        if (found.size > 1 || had.has(`${id} ${bit}`)) continue;
        const arm = arms[requests[0]!.arm]!;
        for (const group of isNew ? [arm.all, arm.newcomers] : [arm.all]) {
          group.atRisk[bit]!++;
          if (happened) group.now[bit]!++;
        }
      }
      if (found.size > 1) crossing.add(id);
      else if (isNew) arms[requests[0]!.arm]!.assigned++;
    }
    const inPairs = Map.groupBy(
      named.filter(({ arm }) => arm === PAIR_ARM),
      ({ id }) => id,
    );
    const paired = Array.from({ length: BITS }, () => ({ candidateOnly: 0, stableOnly: 0, both: 0 }));
    for (const [id, requests] of inPairs) {
      for (let bit = 0; bit < BITS; bit++) {
        const key = `${id} ${bit}`;
        const candidate = requests.some(({ flags }) => (flags >> bit) & 1);
        const stable = requests.some(({ flags }) => (flags >> (16 + bit)) & 1);
        const before = id.startsWith('#') ? undefined : pairsHad.get(key);
        if (before === 'discordant' || !(candidate || stable)) continue;
        if (candidate !== stable) paired[bit]![candidate ? 'candidateOnly' : 'stableOnly']++;
        else if (before === undefined) paired[bit]!.both++;
        pairsHad.set(key, candidate === stable ? 'both' : 'discordant');
      }
    }
    const labelled = Map.groupBy(
      matured.map((one, i) => ({
        ...one,
        id: one.unit === null ? `#${i}` : `${Number.parseInt(one.unit.slice(8), 16)}`,
      })),
      ({ id }) => id,
    );
    for (const [id, answers] of labelled) {
      const found = new Set(answers.map(({ arm }) => arm));
      const failed = answers.some((answer) => answer.failed);
      if (found.size > 1) crossing.add(id);
      else if (!had.has(`${id} wrong`)) {
        const arm = arms[answers[0]!.arm]!;
        for (const { labels } of had.has(`${id} labelled`) ? [arm.all] : [arm.all, arm.newcomers]) {
          labels.units++;
          if (failed) labels.failures++;
        }
      }
      after.add(`${id} labelled`);
      if (failed) after.add(`${id} wrong`);
    }
    crossed += crossing.size;
    const told = lives.count(window, stage, inPairs, inArms);
    for (const fact of after) if (!fact.startsWith('#')) had.add(fact);
    return {
      crossed,
      pairs: inPairs.size,
      paired: inPairs.size === 0 ? {} : { errors: paired[0], high: paired[2], ...told.paired },
      copies: told.copies,
      arms: arms.map(({ all, newcomers, assigned }, i) => ({
        ...written(all),
        newcomers: written(newcomers),
        assigned,
        distinct: told.arms[i],
      })),
    };
  });
}

type Requests = ReadonlyMap<string, readonly { readonly arm: number; readonly flags: number }[]>;

/** Whole lives of units, as lists of what happened in which window: the definition of what is told of distinct units. */
class Lives {
  comparedFrom = Infinity;
  readonly #visits: { id: string; window: number; stage: number; arm: number; failed: boolean }[] = [];
  readonly #copies: {
    id: string;
    window: number;
    stage: number;
    isDiscordant: boolean;
    isRepeat: boolean;
  }[] = [];
  readonly #stages: number[] = [];

  count(window: number, stage: number, inPairs: Requests, inArms: Requests) {
    this.#stages.push(stage);
    // Since the last window of another stage.
    const from = this.#stages.findLastIndex((one) => one !== stage) + 1;
    const copies = { stage: 0, units: 0 };
    const again = { candidateOnly: 0, stableOnly: 0, both: 0 };
    for (const [id, requests] of inPairs) {
      const before = this.#copies.filter((copy) => copy.id === id);
      if (before.length === 0) copies.units++;
      if (before.every((copy) => copy.window < from)) copies.stage++;
      const candidate = requests.some(({ flags }) => (flags & 1) !== 0);
      const stable = requests.some(({ flags }) => ((flags >> 16) & 1) !== 0);
      const isDiscordant = candidate !== stable;
      const times = before.filter(({ isRepeat }) => isRepeat).length;
      const isRepeat = isDiscordant && before.at(-1)?.isDiscordant === true && times < 7;
      if (isRepeat) again[candidate ? 'candidateOnly' : 'stableOnly']++;
      if (!id.startsWith('#')) this.#copies.push({ id, window, stage, isDiscordant, isRepeat });
    }
    const nothing = () => ({
      ...{ stage: 0, units: 0, copied: 0, failures: 0, over: { p50: 0 } },
      lasting: { units: 0, failures: 0 },
    });
    const arms = [nothing(), nothing()];
    for (const [id, requests] of inArms) {
      const { arm } = requests[0]!;
      if (requests.some((request) => request.arm !== arm)) continue;
      const told = arms[arm]!;
      const failed = requests.some(({ flags }) => (flags & 1) !== 0);
      const before = this.#visits.filter((visit) => visit.id === id);
      const inArm = before.filter((visit) => visit.arm === arm);
      if (before.every((visit) => visit.window < from)) told.stage++;
      if (inArm.length === 0) {
        told.units++;
        if (this.#copies.some((copy) => copy.id === id)) told.copied++;
        if (requests.some(({ flags }) => (flags & 2) !== 0)) told.over.p50++;
      }
      if (failed && inArm.every((visit) => !visit.failed)) told.failures++;
      const compared = before.filter(
        (visit) => visit.window >= this.comparedFrom || this.comparedFrom === Infinity,
      );
      const rows = compared.map((_, i) => compared.slice(i, i + 3).filter((visit) => visit.failed).length);
      if (compared.length >= 2 && !rows.includes(3)) {
        told.lasting.units++;
        if (failed && compared.slice(-2).every((visit) => visit.failed)) told.lasting.failures++;
      }
      if (!id.startsWith('#')) this.#visits.push({ id, window, stage, arm, failed });
    }
    const paired = again.candidateOnly + again.stableOnly === 0 ? {} : { lasting: again };
    return { copies, arms, paired };
  }
}

/** The same story through collectors: pieces shuffled and repeated, the collector replaced now and then. */
function collected(story: Story, seed: number, restarts: boolean): ClosedWindow[] {
  const random = fc.sample(fc.integer({ min: 0, max: 2 ** 30 }), { seed, numRuns: runs(4000) });
  let at = 0;
  const draw = (bound: number): number => random[at++ % random.length]! % bound;
  const stored: { json: string; units: Uint8Array }[] = [];
  const start = (): WindowCollector => {
    const collector = new WindowCollector(NEEDS, 'ro_1');
    collector.restore(
      stored.map(({ json, units }): StoredWindow => ({ closed: parseWindowJson(JSON.parse(json)), units })),
    );
    return collector;
  };
  let collector = start();
  return story.windows.map(({ stage, shares, pieces, matured }, window) => {
    if (restarts && draw(3) === 0) collector = start();
    collector.follow(
      window + 1,
      recordingOf({ stage, first: window, origin: 10_000 + window * 1000 }),
      shares,
    );
    const parts = [0, 1, 2].flatMap((worker) => {
      const own = pieces.filter((piece) => piece.worker === worker);
      return own.flatMap(({ seen, lost }, seq) =>
        lost
          ? []
          : [
              testPart(seen, {
                generation: window + 1,
                window,
                worker: `w${worker}`,
                seq,
                isLast: seq === own.length - 1,
              }),
            ],
      );
    });
    const sent = [...parts, ...parts.filter(() => draw(3) === 0)];
    for (let i = sent.length - 1; i > 0; i--) {
      const j = draw(i + 1);
      [sent[i], sent[j]] = [sent[j]!, sent[i]!];
    }
    for (const part of sent) collector.take(structuredClone(part), 0);
    const { closed, units } = collector.close(window, matured);
    stored.push({ json: JSON.stringify(windowJson(closed)), units });
    return closed;
  });
}

test('counts are those of the definition, in whatever order parts come, also after restarts', () => {
  fc.assert(
    fc.property(storyOf, fc.nat(), fc.boolean(), (story, seed, restarts) => {
      const found = collected(story, seed, restarts).map((closed) => {
        const { arms, crossed, pairs, paired, copies } = windowJson(closed);
        return { arms, crossed, pairs, paired, copies };
      });
      expect(found).toEqual(oracle(story));
    }),
    { numRuns: runs(300) },
  );
});

test('a collector that was restarted at any window counts what the first one does, to the unit', () => {
  fc.assert(
    fc.property(storyOf, fc.nat(), (story, seed) => {
      // Which workers are there is not stored: they tell again.
      const counts = (restarts: boolean) =>
        collected(story, seed, restarts).map((closed) => ({ ...closed, missingParts: 0 }));
      expect(counts(true)).toEqual(counts(false));
    }),
    { numRuns: runs(100) },
  );
});
