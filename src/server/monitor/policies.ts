/** What is set of each endpoint, as the monitoring process needs it for what it takes in. */

import type { LogPolicy, MonitorPolicy } from '../../monitor/policy/policy.ts';
import { DEFAULT_MONITOR, parseMonitor } from '../../monitor/policy/policy.ts';
import type { LearningPolicy } from '../../monitor/watch/profile-store.ts';
import type { WatchedEndpoint } from '../../monitor/watch/watch-environment.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { eachRow } from '../../store/pages.ts';
import type { DamagedRow } from '../../store/row-schema.ts';

type Redact = LogPolicy['redact'];

export class MonitorPolicies {
  readonly #store: Pick<MonitoringStore, 'monitors'>;
  #policies = new Map<string, MonitorPolicy>();

  constructor(store: Pick<MonitoringStore, 'monitors'>) {
    this.#store = store;
  }

  async read(): Promise<void> {
    const policies = new Map<string, MonitorPolicy>();
    // As with a policy that cannot be read: what was in force last goes on.
    const onDamaged = ({ kept }: DamagedRow): void => {
      const endpoint = String(kept['endpoint']);
      policies.set(endpoint, this.of(endpoint));
    };
    for await (const { endpoint, policy } of eachRow((page) => this.#store.monitors(page), onDamaged))
      policies.set(endpoint, readable(endpoint, policy) ?? this.of(endpoint));
    this.#policies = policies;
  }

  of(endpoint: string): MonitorPolicy {
    return this.#policies.get(endpoint) ?? DEFAULT_MONITOR;
  }

  /** What is in force of each endpoint. */
  all(endpoints: readonly Pick<WatchedEndpoint, 'name'>[]): Readonly<Record<string, MonitorPolicy>> {
    return Object.fromEntries(endpoints.map(({ name }) => [name, this.of(name)]));
  }

  /** Of requests that named a version themselves (`@model`): of what the endpoints of the model say, the strictest. */
  redactionsOf(endpoint: string, endpoints: readonly WatchedEndpoint[]): Redact {
    if (!endpoint.startsWith('@')) return this.of(endpoint).log.redact;
    const names = endpoints.filter(({ model }) => model === endpoint.slice(1)).map(({ name }) => name);
    return strictest(names.map((name) => this.of(name).log.redact));
  }

  /**
   * How a reference of a model is made: of how many rows of traffic, without values of which columns, and whether with hours of
   * the week, which one endpoint of the model says for all.
   */
  learningOf(model: string, endpoints: readonly WatchedEndpoint[]): LearningPolicy {
    const own = endpoints.filter((endpoint) => endpoint.model === model).map(({ name }) => this.of(name));
    const redact = this.redactionsOf(`@${model}`, endpoints);
    const hidden = Object.keys(redact).filter((column) => redact[column] !== 'bucket');
    const warmup = Math.min(...(own.length > 0 ? own : [DEFAULT_MONITOR]).map(({ drift }) => drift.warmup));
    const season = own.some(({ drift }) => drift.season === 'week') ? 'week' : 'none';
    return { warmup, hidden: new Set(hidden), season };
  }
}

function readable(endpoint: string, policy: unknown): MonitorPolicy | null {
  try {
    return parseMonitor(endpoint, policy);
  } catch {
    return null;
  }
}

/** Of several rules for one column the one that keeps least of it. */
function strictest(rules: readonly Redact[]): Redact {
  const found: Record<string, Redact[string]> = {};
  for (const [column, how] of rules.flatMap((rule) => Object.entries(rule))) {
    const before = found[column];
    if (before === undefined || STRICTNESS.indexOf(how) < STRICTNESS.indexOf(before)) found[column] = how;
  }
  return found;
}

const STRICTNESS: readonly Redact[string][] = ['drop', 'hash', 'bucket'];
