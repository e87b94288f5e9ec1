/**
 * Looks at the accuracy of all endpoints, beside all else that is watched: joins take seconds, and nothing waits for them.
 * Labels are taken in first; an endpoint is looked at once a minute, sooner where labels came, and never so often that it
 * takes more than a small part of the time.
 */
import { messageOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { Fence } from '../../store/store.ts';
import { policyKey } from '../accuracy/accuracy-memory.ts';
import type { AccuracyReference } from '../accuracy/accuracy-reference.ts';
import type { AccuracySummary } from '../accuracy/accuracy-summary.ts';
import { type AccuracyLook, AccuracyWatch, ingestLabels } from '../accuracy/accuracy-watch.ts';
import type { AccuracyTarget } from '../accuracy/stored-accuracy.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import { labelledReference } from './labelled-reference.ts';
import { findProvidedReference } from './provided-reference.ts';
import { ignoredColumns } from './version-drift.ts';
import type { WatchEnvironment, WatchedEndpoint } from './watch-environment.ts';

export interface AccuracyEvaluatorOptions {
  readonly store: MonitoringStore;
  /** Of the log. */
  readonly folder: string;
  readonly surroundings: Pick<WatchEnvironment, 'feedback'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WatchedAccuracy {
  readonly endpoint: WatchedEndpoint;
  readonly policy: MonitorPolicy;
}

/** How often, in milliseconds; where labels came, or there was nothing yet; and how long one look makes cohorts anew before it leaves the rest. */
const INTERVAL_MS = 60_000;
const LABELLED_INTERVAL_MS = 10_000;
const WORK_MILLIS = 15_000;
/** A look that took long is not made again before so many times as long. */
const REST = 20;

interface Known {
  readonly look: AccuracyLook | null;
  /** Version that was looked at. */
  readonly version: number;
  readonly at: number;
  /** No look before. */
  readonly notBefore: number;
}

export class AccuracyEvaluator {
  readonly #options: AccuracyEvaluatorOptions;
  readonly #watch: AccuracyWatch;
  readonly #known = new Map<string, Known>();
  /** Endpoints that labels may have come for since their last look. */
  readonly #labelled = new Set<string>();
  /** References of bundles, by endpoint, version and policy: each is made once. */
  readonly #given = new Map<string, Promise<AccuracyReference | null>>();
  #underWay: Promise<void> | null = null;
  #isClosing = false;

  constructor(options: AccuracyEvaluatorOptions) {
    this.#options = options;
    this.#watch = new AccuracyWatch(options);
  }

  /** How the rules of an endpoint stood at the last look; none where there was none. */
  conditions(endpoint: string): readonly AlertCondition[] {
    return this.#known.get(endpoint)?.look?.conditions ?? [];
  }

  /** How right the answers of a version were at the last look; null where it was not looked at. */
  quality(endpoint: string, version: number): AccuracySummary | null {
    const known = this.#known.get(endpoint);
    return known?.version === version ? (known.look?.quality ?? null) : null;
  }

  /** Begins a round where none is under way; settles once it is over, which nobody has to wait for. */
  async begin(watched: readonly WatchedAccuracy[], fence: Fence): Promise<void> {
    if (this.#isClosing) return;
    this.#underWay ??= this.#round(watched, fence)
      .catch((error: Error) =>
        this.#options.logger.warn({ error: error.message }, 'labels could not be taken in: trying again'),
      )
      .finally(() => {
        this.#underWay = null;
      });
    await this.#underWay;
  }

  /** Whether a round is under way. */
  get isAtWork(): boolean {
    return this.#underWay !== null;
  }

  /** Resolves when the round that is under way has ended, or after so many milliseconds. */
  async settled(millis: number): Promise<void> {
    if (this.#underWay === null) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, millis);
    await Promise.race([this.#underWay, late.promise]);
    clearTimeout(timer);
  }

  /** Another process looks now. */
  forget(): void {
    this.#known.clear();
    this.#labelled.clear();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#underWay;
  }

  async #round(watched: readonly WatchedAccuracy[], fence: Fence): Promise<void> {
    const { store, surroundings } = this.#options;
    const taken = await ingestLabels(store, (after, limit) => surroundings.feedback(after, limit));
    if (taken > 0) for (const { endpoint } of watched) this.#labelled.add(endpoint.name);
    for (const one of watched)
      if (!this.#isClosing && this.#isDue(one.endpoint.name)) await this.#look(one, fence);
  }

  #isDue(endpoint: string): boolean {
    const known = this.#known.get(endpoint);
    if (known === undefined) return true;
    const now = this.#options.clock.monotonic();
    const isSoon = this.#labelled.has(endpoint) || known.look === null || known.look.cohorts.length === 0;
    return now >= known.notBefore && now - known.at >= (isSoon ? LABELLED_INTERVAL_MS : INTERVAL_MS);
  }

  async #look({ endpoint, policy }: WatchedAccuracy, fence: Fence): Promise<void> {
    const { clock, logger } = this.#options;
    const [began, before] = [clock.monotonic(), process.cpuUsage()];
    this.#labelled.delete(endpoint.name);
    let look: AccuracyLook | null = null;
    try {
      look = await this.#watch.look(this.#target({ endpoint, policy }, fence, began));
    } catch (error) {
      const message = messageOf(error);
      logger.warn({ endpoint: endpoint.name, error: message }, 'accuracy could not be looked at');
    }
    const now = clock.monotonic();
    const { user, system } = process.cpuUsage(before);
    // On a busy machine the clock also counts the time of others.
    const took = Math.min(now - began, (user + system) / 1000);
    this.#known.set(endpoint.name, {
      look,
      version: endpoint.stable,
      at: began,
      notBefore: now + REST * took,
    });
  }

  #target({ endpoint, policy }: WatchedAccuracy, fence: Fence, began: number): AccuracyTarget {
    const { clock } = this.#options;
    return {
      ...{ endpoint: endpoint.name, model: endpoint.model, version: endpoint.stable },
      ...{ policy: policy.accuracy, falseAlarms: policy.falseAlarms, now: clock.now(), fence },
      given: (version) => this.#givenTo(version, { endpoint, policy }),
      isOver: () => this.#isClosing || clock.monotonic() - began > WORK_MILLIS,
    };
  }

  #givenTo(version: number, { endpoint, policy }: WatchedAccuracy): Promise<AccuracyReference | null> {
    const bundle = endpoint.versions.find((one) => one.version === version)?.bundle;
    if (bundle === undefined) return Promise.resolve(null);
    // Another reference for the same bytes replaces the one before.
    const { changedAt = 0 } = findProvidedReference(bundle) ?? {};
    const key = `${endpoint.name} ${version} ${policyKey(policy.accuracy)} ${changedAt}`;
    const known = this.#given.get(key);
    if (known !== undefined) return known;
    const hidden = ignoredColumns({ ...policy.drift, ignore: [] }, policy.log);
    const made = labelledReference(bundle, policy.accuracy, hidden).catch((error: Error) => {
      this.#options.logger.warn(
        { endpoint: endpoint.name, version, error: error.message },
        'accuracy is not compared with the reference of this version',
      );
      return null;
    });
    this.#given.set(key, made);
    return made;
  }
}
