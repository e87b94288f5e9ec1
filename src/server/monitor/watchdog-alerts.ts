/**
 * Says that nothing is watched, where the process that watches does not: from the control process, which lives on. Notices of
 * it are sent from here, too; under a claim of its own, so that whatever that process was sending is over by then. It is
 * resolved by that process itself, at its first look.
 */
import type { ControlApi } from '../../control/port.ts';
import type { Clock } from '../../core/ports.ts';
import { evaluateAlerts } from '../../monitor/alerts/evaluate-alerts.ts';
import { NoticeDispatcher } from '../../monitor/alerts/notice-dispatcher.ts';
import { MEMORY_KINDS, type WatchMemory, watchName } from '../../monitor/watch/memory.ts';
import { behindCondition } from '../../monitor/watch/monitor-conditions.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { eachRow } from '../../store/pages.ts';
import { MonitorPolicies } from './policies.ts';
import { receiverSurroundings } from './receivers.ts';

export interface BehindOptions {
  readonly store: MonitoringStore;
  readonly control: Pick<ControlApi, 'endpoints'>;
  readonly clock: Clock;
  readonly holder: string;
}

/** How old the last look may be, in milliseconds, before nobody watches: other servers may do it. */
const BEHIND_MILLIS = 60_000;

export class WatchdogAlerts {
  readonly #options: BehindOptions;
  readonly #policies: MonitorPolicies;
  readonly #deliverer: NoticeDispatcher;

  constructor(options: BehindOptions) {
    this.#options = options;
    const { store, clock, holder } = options;
    this.#policies = new MonitorPolicies(store);
    this.#deliverer = new NoticeDispatcher({
      ...{ store, clock, holder, random: { next: Math.random } },
      surroundings: receiverSurroundings(),
      policies: async () => this.#policies.all(await this.#endpoints()),
    });
  }

  /** To be called every few seconds while the process of this server has not looked since `since`. */
  async tell(since: number): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const memory = (await store.memory(MEMORY_KINDS.watch, watchName))?.body as WatchMemory | undefined;
    if (memory !== undefined && now - memory.evaluatedAt < BEHIND_MILLIS) return;
    await this.#policies.read();
    for (const { name, model } of await this.#endpoints())
      await evaluateAlerts(store, {
        endpoint: name,
        conditions: [
          behindCondition({ endpoint: name, model }, Math.max(since, memory?.evaluatedAt ?? 0), now),
        ],
        policy: this.#policies.of(name),
        ...{ now, deploys: [], features: null },
      });
    await this.#deliverer.deliverDue();
  }

  async #endpoints(): Promise<readonly { readonly name: string; readonly model: string }[]> {
    const found: { readonly name: string; readonly model: string }[] = [];
    for await (const { name, model } of eachRow((page) => this.#options.control.endpoints(page)))
      found.push({ name, model });
    return found;
  }
}
