/** One policy over counts as they came: the watch and the engine of a server, on a clock that is turned by the counts. */
import type { AlertRow, AlertSeverity } from '../alerts/alert.ts';
import { alertStep } from '../alerts/evaluate-alerts.ts';
import { ruleFamily } from '../alerts/rule-families.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import { EndpointWatch } from '../watch/endpoint-watch.ts';
import type { KnownProfile } from '../watch/profile-store.ts';
import type { WatchedEndpoint } from '../watch/watch-environment.ts';
import type { KeptTick } from './kept-ticks.ts';

/** An alert from when it fired to when it was over. */
export interface AlertEpisode {
  readonly fingerprint: string;
  readonly alertname: string;
  /** What moved, where it is about one column. */
  readonly feature: string | null;
  readonly severity: AlertSeverity;
  readonly firedAt: number;
  /** Null: it would still fire at the end. */
  readonly endedAt: number | null;
  readonly sentence: string;
  readonly value: number | null;
  readonly threshold: number | null;
}

export interface PolicyOutcome {
  /** Times that alerts fired. */
  readonly fired: number;
  /** The first of them, in the order of time. */
  readonly episodes: readonly AlertEpisode[];
  /** Messages that receivers would have been sent, by the name of the receiver. */
  readonly notices: readonly { readonly receiver: string; readonly notices: number }[];
  /** Alarms that the policy accepts in such a span without anything having changed. */
  readonly falseAlarms: number;
}

const EPISODES_MOST = 300;
/** Looks while something pends or fires, in milliseconds after the counts: the first, then ever twice as late. */
const LOOK_MS = 60_000;
/** What counts cannot tell (requests that failed, labels) is not replayed. */
const REPLAYED: ReadonlySet<string> = new Set(['quality', 'drift', 'prediction']);

export interface PolicyRunOptions {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly known: KnownProfile;
  readonly policy: MonitorPolicy;
}

export class PolicyRun {
  readonly #endpoint: WatchedEndpoint;
  readonly #policy: MonitorPolicy;
  readonly #watch: EndpointWatch;
  readonly #episodes: AlertEpisode[] = [];
  /** Those that fire, by fingerprint: their places among the episodes; −1 where that was one too many. */
  readonly #open = new Map<string, number>();
  readonly #notices = new Map<string, number>();
  #rows: readonly AlertRow[] = [];
  /** Features that there is an alert of. */
  readonly #named = new Set<string>();
  #fired = 0;
  #now = 0;

  constructor({ endpoint: name, model, version, known, policy }: PolicyRunOptions) {
    this.#policy = policy;
    const versions = [{ version, bundle: '', createdAt: 0 }];
    this.#endpoint = { name, model, stable: version, versions, rollout: null };
    const nothing = { memory: () => Promise.resolve(null) };
    const profiles = { recent: () => Promise.resolve(known) };
    // Of a thousand features few have ever drifted.
    const isAsked = (feature: string): boolean => this.#named.has(feature);
    const options = { store: nothing, profiles, now: () => this.#now, isAsked };
    this.#watch = new EndpointWatch(options, this.#endpoint, policy);
    this.#watch.update(this.#endpoint, policy);
  }

  /** Counts that came by `now`; the looks that would have been in between come first. */
  async add(ticks: readonly KeptTick[], now: number): Promise<void> {
    await this.lookUntil(now);
    for (const { at, tick } of ticks) await this.#watch.add(this.#endpoint.stable, at, tick);
    await this.#look(now);
  }

  /** Time goes on without rows: what is on its way comes to its end by then, or does not. */
  async lookUntil(until: number): Promise<void> {
    const begin = this.#now;
    let step = LOOK_MS;
    for (let at = begin + step; begin > 0 && this.#isUnderWay && at < until; at += step) {
      await this.#look(at);
      // No reminder of what fires is to be missed.
      step = Math.min(step * 2, this.#policy.alerts.repeat);
    }
  }

  get #isUnderWay(): boolean {
    return this.#rows.some(({ state }) => state === 'pending' || state === 'firing');
  }

  async #look(now: number): Promise<void> {
    this.#now = now;
    const conditions = (await this.#watch.look(null)).filter(({ labels }) =>
      REPLAYED.has(ruleFamily(labels)),
    );
    const { rows, events, notices } = alertStep(this.#rows, {
      endpoint: this.#endpoint.name,
      ...{ conditions, policy: this.#policy, now },
      deploys: this.#watch.deploys,
      features: this.#watch.features,
      isWatched: (row) => this.#watch.isWatched(row),
    });
    this.#rows = rows;
    for (const { labels } of rows) this.#named.add(labels['feature'] ?? '');
    for (const { what, fingerprint } of events) {
      if (what === 'firing') this.#begin(fingerprint);
      if (what === 'resolved' || what === 'withdrawn') this.#end(fingerprint);
    }
    for (const { receiver } of notices) this.#notices.set(receiver, (this.#notices.get(receiver) ?? 0) + 1);
  }

  #begin(fingerprint: string): void {
    this.#fired += 1;
    const row = this.#rows.find((one) => one.fingerprint === fingerprint);
    const isShown = row !== undefined && this.#episodes.length < EPISODES_MOST;
    this.#open.set(fingerprint, isShown ? this.#episodes.length : -1);
    if (!isShown) return;
    const { labels, severity, told } = row;
    const { sentence, value, threshold } = told;
    this.#episodes.push({
      ...{ fingerprint, alertname: labels.alertname, feature: labels['feature'] ?? null, severity },
      ...{ firedAt: this.#now, endedAt: null, sentence, value, threshold },
    });
  }

  #end(fingerprint: string): void {
    const place = this.#open.get(fingerprint) ?? -1;
    this.#open.delete(fingerprint);
    const episode = this.#episodes[place];
    if (episode !== undefined) this.#episodes[place] = { ...episode, endedAt: this.#now };
  }

  /** Of counts over so many milliseconds. */
  outcome(span: number): PolicyOutcome {
    const { count, span: per } = this.#policy.falseAlarms;
    return {
      fired: this.#fired,
      episodes: this.#episodes,
      notices: [...this.#notices].map(([receiver, notices]) => ({ receiver, notices })),
      falseAlarms: (count * span) / per,
    };
  }
}
