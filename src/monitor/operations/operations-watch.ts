/** Watches how requests to an endpoint fare: failures, latency, silence, age. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { countWithin, DURATION_CELLS } from '../../metrics/duration-buckets.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import type { OperationsPolicy } from '../policy/policy.ts';
import {
  ageDetail,
  burnDetail,
  errorsDetail,
  silenceDetail,
  spikeDetail,
  UNKNOWN_DETAIL,
} from './alert-details.ts';
import { type BudgetCount, worstBurn } from './budget-burn.ts';
import { CounterWindow, type CounterWindowState } from './counter-window.ts';
import { type BaselineState, detectSpike, LatencyBaseline } from './latency-spike.ts';
import { modelTotals, type RequestTotals, totalsBetween } from './request-totals.ts';

export interface OperationsOptions {
  readonly endpoint: string;
  readonly model: string;
  readonly policy: OperationsPolicy;
  /** False alarms that are accepted, of latency: so many a span in milliseconds. */
  readonly falseAlarms: { readonly count: number; readonly span: number };
}

/** What there is at one look; `at` in milliseconds since the epoch. */
export interface OperationsLook {
  readonly at: number;
  /** Null where serving did not tell. */
  readonly load: FleetLoad | null;
  /** The version that answers, where no rollout runs. */
  readonly version: { readonly version: number; readonly createdAt: number } | null;
}

/** Plain data. */
export interface OperationsState {
  readonly schema: 1;
  readonly last: (Omit<RequestTotals, 'times'> & { readonly times: readonly number[] }) | null;
  /** Requests, failed ones, answered ones, slow ones. */
  readonly window: CounterWindowState;
  readonly baseline: BaselineState;
  /** When a request was last seen; null: never. */
  readonly heardAt: number | null;
}

const MINUTE_MS = 60_000;
const SPAN = 6 * 60 * MINUTE_MS;
const RECENT = 5 * MINUTE_MS;
/** Looks are about this far apart, in milliseconds: so many false alarms may be had a look. */
const LOOK_MS = 10_000;

/** Share of failed requests that is an alert whatever the objective is, and where it is none any more. */
const ERRORS_HIGH = 0.05;
const ERRORS_CALM = 0.02;
const ERRORS_LEAST = 10;

export class OperationsWatch {
  readonly #options: OperationsOptions;
  readonly #window: CounterWindow;
  readonly #baseline: LatencyBaseline;
  /** Durations of the last minutes; not kept over a restart. */
  readonly #recent = new CounterWindow(RECENT);
  #last: RequestTotals | null;
  #heardAt: number | null;
  /** Since when each rule says what it says. */
  readonly #since = new Map<string, { standing: AlertCondition['standing']; at: number }>();

  constructor(options: OperationsOptions, state: OperationsState | null = null) {
    this.#options = options;
    this.#window = new CounterWindow(SPAN, state?.window);
    this.#baseline = new LatencyBaseline(state?.baseline);
    this.#last = state?.last ? { ...state.last, times: Float64Array.from(state.last.times) } : null;
    this.#heardAt = state?.heardAt ?? null;
  }

  /** To be called every ten seconds or so. Answers how each rule stands, also those that nothing can be said of. */
  look({ at, load, version }: OperationsLook): readonly AlertCondition[] {
    if (load !== null) this.#take(at, modelTotals(load, this.#options.model));
    const isKnown = load !== null;
    return [
      this.#errors(isKnown, at),
      this.#burn(isKnown, at),
      ...this.#latencyBurn(isKnown, at),
      this.#spike(isKnown, at),
      ...this.#silence(isKnown, at),
      ...this.#age(version, at),
    ];
  }

  state(): OperationsState {
    const last = this.#last && { ...this.#last, times: Array.from(this.#last.times) };
    const [window, baseline] = [this.#window.state(), this.#baseline.state()];
    return { schema: 1, last, window, baseline, heardAt: this.#heardAt };
  }

  #take(at: number, total: RequestTotals): void {
    const last = this.#last;
    this.#last = total;
    const came = last === null ? null : totalsBetween(last, total);
    const { requests, failed, seen, times } = came ?? { requests: 0, failed: 0, seen: 0, times: NO_TIMES };
    const { latency } = this.#options.policy;
    const answered = requests - failed;
    const slow = latency === null ? 0 : Math.max(0, answered - countWithin(times, latency.millis / 1000));
    this.#window.add(at, [requests, failed, answered, slow]);
    this.#recent.add(at, Array.from(times));
    this.#baseline.add(at, times);
    if (seen > 0) this.#heardAt = at;
  }

  #errors(isKnown: boolean, at: number): AlertCondition {
    const recent = this.#window.within(RECENT);
    if (!isKnown || recent === null) return this.#condition('HighErrorRate', null, at, UNKNOWN_DETAIL);
    const [requests = 0, failed = 0] = recent.counts;
    const share = requests === 0 ? 0 : failed / requests;
    const isHigh = failed >= ERRORS_LEAST && share >= ERRORS_HIGH;
    const standing = isHigh ? 'beyond' : share < ERRORS_CALM || failed === 0 ? 'below' : 'between';
    return this.#condition('HighErrorRate', standing, at, errorsDetail(requests, failed, ERRORS_HIGH));
  }

  #burn(isKnown: boolean, at: number): AlertCondition {
    const objective = this.#options.policy.availability;
    const burn = isKnown ? worstBurn(this.#budget(0, 1), objective) : null;
    if (burn === null) return this.#condition('ErrorBudgetBurn', null, at, UNKNOWN_DETAIL);
    return this.#condition('ErrorBudgetBurn', burn.standing, at, burnDetail(burn, objective, 'failed'));
  }

  #latencyBurn(isKnown: boolean, at: number): readonly AlertCondition[] {
    const { latency } = this.#options.policy;
    if (latency === null) return [];
    const burn = isKnown ? worstBurn(this.#budget(2, 3), latency.share) : null;
    if (burn === null) return [this.#condition('LatencyBudgetBurn', null, at, UNKNOWN_DETAIL)];
    const told = burnDetail(burn, latency.share, `took longer than ${latency.millis} ms`);
    return [this.#condition('LatencyBudgetBurn', burn.standing, at, told)];
  }

  #budget(requests: number, bad: number) {
    return (millis: number): (BudgetCount & { readonly millis: number }) | null => {
      const within = this.#window.within(millis);
      if (within === null) return null;
      return {
        requests: elementAt(within.counts, requests),
        bad: elementAt(within.counts, bad),
        millis: within.millis,
      };
    };
  }

  #spike(isKnown: boolean, at: number): AlertCondition {
    const { policy, falseAlarms } = this.#options;
    const recent = this.#recent.within(RECENT);
    const chance = (falseAlarms.count / falseAlarms.span) * LOOK_MS;
    const spike =
      isKnown && recent !== null ? detectSpike(recent.counts, this.#baseline, policy.spike, chance) : null;
    if (spike === null) return this.#condition('LatencySpike', null, at, UNKNOWN_DETAIL, 'ticket');
    return this.#condition('LatencySpike', spike.standing, at, spikeDetail(spike), 'ticket');
  }

  #silence(isKnown: boolean, at: number): readonly AlertCondition[] {
    const { silence } = this.#options.policy;
    if (silence === null) return [];
    if (!isKnown || this.#heardAt === null) return [this.#condition('ModelSilent', null, at, UNKNOWN_DETAIL)];
    const quiet = at - this.#heardAt;
    const standing = quiet >= silence ? 'beyond' : 'below';
    return [this.#condition('ModelSilent', standing, at, silenceDetail(quiet, silence))];
  }

  #age(version: OperationsLook['version'], at: number): readonly AlertCondition[] {
    const { maxAge } = this.#options.policy;
    if (maxAge === null || version === null) return [];
    const age = at - version.createdAt;
    const standing = age >= maxAge ? 'beyond' : 'below';
    return [this.#condition('ModelStale', standing, at, ageDetail(version.version, age, maxAge), 'ticket')];
  }

  #condition(
    alertname: string,
    standing: AlertCondition['standing'],
    at: number,
    told: AlertCondition['told'],
    severity: AlertCondition['severity'] = 'page',
  ): AlertCondition {
    const { model, endpoint } = this.#options;
    const known = this.#since.get(alertname);
    const since = known?.standing === standing ? known.at : at;
    this.#since.set(alertname, { standing, at: since });
    return { labels: { alertname, model, endpoint }, severity, standing, since, told };
  }
}

const NO_TIMES = new Float64Array(DURATION_CELLS);
