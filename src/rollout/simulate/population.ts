/** Invented units that come again and again, counted by the collector as those of a server are. Pure. */
import { elementAt, lastOf } from '../../core/element-at.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex } from '../../core/random.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { BUCKETS } from '../canary-split.ts';
import { WindowCollector } from '../collect/window-collector.ts';
import { toRecordedWindow } from '../collect/window-json.ts';
import type { RecordingSpec } from '../route.ts';
import type { CollectionNeeds } from '../strategy-machine.ts';
import { FAILED_BIT, PAIR_ARM, type UnitColumns, type WindowPart } from '../window-part.ts';
import { poisson } from './draw.ts';
import type { SimulationScenario, UnitPopulation } from './scenario.ts';
import { candidateRate, type SimulatedSplit, type SimulatedWindow, stableRate } from './traffic.ts';

/** Who fails whom in every request. */
type Temper = 'as others' | 'fails on the candidate' | 'fails always';

interface Member {
  readonly bucket: number;
  readonly temper: Temper;
  /** How many requests it sends, beside others. */
  readonly activity: number;
}

const ROLLOUT = 'run';
const CANDIDATE = 0;
const STABLE = 1;

/** One rollout's traffic of one population: made anew for each run. */
export class PopulationTraffic {
  readonly #scenario: SimulationScenario;
  readonly #random: Random;
  readonly #members: readonly Member[];
  /** Activities of the members up to each, that one included. */
  readonly #activities: Float64Array;
  readonly #collector: WindowCollector;
  #route: SimulatedSplit | null = null;
  #generation = 0;

  constructor(scenario: SimulationScenario, population: UnitPopulation, random: Random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#members = membersOf(population, random);
    let sum = 0;
    this.#activities = Float64Array.from(this.#members, ({ activity }) => (sum += activity));
    this.#collector = new WindowCollector(needsOf(scenario), ROLLOUT);
  }

  /** Windows in order. */
  window(index: number, route: SimulatedSplit): SimulatedWindow {
    this.#follow(index, route);
    const base = stableRate(this.#scenario, index, this.#random);
    const rates = { base, bad: candidateRate(this.#scenario, base) };
    const seen: Seen[] = [];
    let harmed = 0;
    for (const [id, requests] of this.#requests()) {
      const member = elementAt(this.#members, id);
      const arm = member.bucket < route.weight * BUCKETS ? CANDIDATE : STABLE;
      const failed = this.#fails(member, arm, requests, rates);
      if (failed && arm === CANDIDATE && this.#isHarm(member, rates)) harmed++;
      seen.push({ id, arm, flags: failed ? FAILED_BIT : 0 });
      if (route.shadow > 0) {
        const copy = this.#fails(member, CANDIDATE, requests * route.shadow, rates);
        seen.push({
          id,
          arm: PAIR_ARM,
          flags: ((copy ? FAILED_BIT : 0) | (failed ? FAILED_BIT << 16 : 0)) >>> 0,
        });
      }
    }
    this.#collector.take(partOf(this.#generation, index, seen), 0);
    return { window: { ...toRecordedWindow(this.#collector.close(index).closed), stage: null }, harmed };
  }

  /** Who sends how many requests in a window. */
  #requests(): ReadonlyMap<number, number> {
    const { rate, policy } = this.#scenario;
    const sent = new Map<number, number>();
    for (let left = poisson((rate * policy.window) / 1000, this.#random); left > 0; left--) {
      const id = this.#drawMember();
      sent.set(id, (sent.get(id) ?? 0) + 1);
    }
    return sent;
  }

  #drawMember(): number {
    const wanted = this.#random.next() * lastOf(this.#activities);
    let [low, high] = [0, this.#activities.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#activities[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether a failure is the candidate's doing: of those at random the share beyond stable's. */
  #isHarm({ temper }: Member, { base, bad }: Rates): boolean {
    if (temper !== 'as others') return temper === 'fails on the candidate';
    return bad > base && this.#random.next() < (bad - base) / bad;
  }

  /** In a shadow stage stable answers everybody: it is recorded as the one arm. */
  #follow(index: number, route: SimulatedSplit): void {
    if (this.#route?.weight === route.weight && this.#route.shadow === route.shadow) return;
    this.#route = route;
    this.#generation++;
    const { window } = this.#scenario.policy;
    const recording: RecordingSpec = {
      ...{ rollout: ROLLOUT, arms: ['candidate', 'stable'], stage: this.#generation, window },
      ...{ origin: index * window, first: index, wantsSamples: false, slow: [], shifted: [] },
      ...{ segment: null, wantsAnswers: false },
    };
    this.#collector.follow(this.#generation, recording, [route.weight, 1 - route.weight]);
  }

  /** Whether any of so many requests of the unit fails in the arm. */
  #fails({ temper }: Member, arm: number, requests: number, { base, bad }: Rates): boolean {
    if (temper === 'fails always' || (temper === 'fails on the candidate' && arm === CANDIDATE)) return true;
    return this.#random.next() >= (1 - (arm === CANDIDATE ? bad : base)) ** requests;
  }
}

interface Rates {
  readonly base: number;
  readonly bad: number;
}

interface Seen {
  readonly id: number;
  readonly arm: number;
  readonly flags: number;
}

function membersOf(population: UnitPopulation, random: Random): readonly Member[] {
  const { units, spread, failing, failingAlways } = population;
  const isWhole = (share: number): number => Math.round(share * units);
  const temperOf = (i: number): Temper => {
    if (i < isWhole(failing)) return 'fails on the candidate';
    return i < isWhole(failing) + isWhole(failingAlways) ? 'fails always' : 'as others';
  };
  return Array.from({ length: units }, (_, i) => ({
    bucket: randomIndex(random, BUCKETS),
    temper: temperOf(i),
    activity: spread === 0 ? 1 : Math.exp(spread * normalQuantile(random.next() || 0.5)),
  }));
}

const needsOf = ({ policy: { window, watermark } }: SimulationScenario): CollectionNeeds => ({
  ...{ window, watermark, latency: false, slack: 0, outputs: false, control: STABLE },
  ...{ labels: null, metrics: [], segment: null },
});

function partOf(generation: number, window: number, seen: readonly Seen[]): WindowPart {
  const units: UnitColumns = {
    high: new Uint32Array(seen.length),
    low: Uint32Array.from(seen, ({ id }) => id),
    arm: Uint8Array.from(seen, ({ arm }) => arm),
    flags: Uint32Array.from(seen, ({ flags }) => flags),
    segment: new Uint8Array(seen.length),
  };
  return {
    ...{ rollout: ROLLOUT, generation, window, worker: 'simulated', epoch: 0, seq: 0, isLast: true },
    ...{ units, nameless: [], segments: [''], samples: [], answers: [], latency: [] },
    shadow: { mirrored: 0, dropped: 0 },
  };
}
