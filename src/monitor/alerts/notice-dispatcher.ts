/**
 * The outbox on its way: what is due is sent, at least once, in the order of its group; who is down makes nobody else wait.
 * Nothing here holds up evaluation: that only puts rows into the outbox.
 */
import { valueOfKey } from '../../core/element-at.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { DeliveryRow, MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import type { AlertNotice } from './alert-notice.ts';
import { alertmanagerPush, pushSignature, RESEND_INTERVAL_MS } from './alertmanager-push.ts';
import { afterFailure } from './delivery-retry.ts';
import { alertsOf } from './evaluate-alerts.ts';
import type { ReceiverEnvironment } from './receivers/receiver.ts';
import { sendNotice } from './receivers/send-notice.ts';

export interface DeliveryContext {
  readonly store: MonitoringStore;
  /** Name of this process among all that share the store. */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly surroundings: ReceiverEnvironment;
  /** What is in force, by endpoint. */
  readonly policies: () => Promise<Readonly<Record<string, Pick<MonitorPolicy, 'alerts' | 'receivers'>>>>;
}

export interface DeliveryReport {
  readonly sent: number;
  readonly failed: number;
  /** Given up now. */
  readonly dead: number;
  readonly pushed: number;
}

type Policies = Awaited<ReturnType<DeliveryContext['policies']>>;

/** How long nobody else delivers, and how long after its begin the last sending of a pass begins. */
const LEASE_MILLIS = 120_000;
const PASS_MILLIS = 60_000;
const MAX_WAITING = 1000;
/** Notices of one group that wait for one receiver; the oldest beyond them are given up. */
const MAX_LANE = 50;

export class NoticeDispatcher {
  readonly #context: DeliveryContext;
  /** What is being sent at present, perhaps by a pass before. */
  readonly #busy = new Set<string>();
  readonly #pushes = new Map<string, { readonly at: number; readonly signature: string }>();

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** One pass; may be called while another one is still at it, and need not be waited for. */
  async deliverDue(): Promise<DeliveryReport> {
    const { store, clock, holder, policies } = this.#context;
    const report = { sent: 0, failed: 0, dead: 0, pushed: 0 };
    const begin = clock.now();
    if ((await store.claim('deliver', holder, begin, LEASE_MILLIS)) === null) return report;
    const known = await policies();
    const waiting = await store.deliveries({ state: 'waiting', limit: MAX_WAITING });
    const lanes = Map.groupBy(waiting, laneOf);
    await Promise.all([
      ...[...lanes].map(([name, rows]) => this.#once(name, () => this.#lane(rows, known, report))),
      ...Object.entries(known).map(([endpoint, policy]) => this.#push(endpoint, policy, report)),
    ]);
    return report;
  }

  /** Does nothing where the same is being done already. */
  async #once(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    try {
      await work();
    } finally {
      this.#busy.delete(name);
    }
  }

  /** One after the other, up to the first that has to wait: what came later must not be told before. */
  async #lane(
    rows: readonly DeliveryRow[],
    policies: Policies,
    report: Record<'sent' | 'failed' | 'dead', number>,
  ): Promise<void> {
    const { store, clock } = this.#context;
    const begin = clock.now();
    const ordered = rows.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    const tooMany = ordered.splice(0, Math.max(0, ordered.length - MAX_LANE));
    for (const row of tooMany) {
      await store.setDelivery({ ...row, state: 'dead', error: 'newer notices of its group took its place' });
      report.dead += 1;
    }
    for (const row of ordered) {
      const now = clock.now();
      if (row.notBefore > now || now - begin > PASS_MILLIS) return;
      const after = await this.#attempt(row, policies);
      await store.setDelivery(after);
      report[after.state === 'waiting' ? 'failed' : after.state] += 1;
      if (after.state === 'waiting') return;
    }
  }

  async #attempt(row: DeliveryRow, policies: Policies): Promise<DeliveryRow> {
    const { store, clock, random, surroundings } = this.#context;
    const notice = row.body as AlertNotice;
    const policy = receiverOf(policies, notice.endpoint, row.receiver);
    if (policy === null) return { ...row, state: 'dead', error: 'there is no such receiver any more' };
    const last = await store.lastDelivery(row.receiver, row.groupKey);
    const isSame = (last?.body as AlertNotice | undefined)?.incident === notice.incident;
    const receipt = isSame ? (last?.receipt ?? null) : null;
    const outcome = await sendNotice(policy, { notice, receipt, at: clock.now() }, surroundings);
    if (!outcome.ok) return afterFailure(row, outcome, clock.now(), random);
    return { ...row, state: 'sent', attempts: row.attempts + 1, error: null, receipt: outcome.receipt };
  }

  /** All that fires, to every Alertmanager of an endpoint, when something changed and once a minute. */
  async #push(
    endpoint: string,
    { alerts: policy, receivers }: Policies[string],
    report: Record<'pushed' | 'failed', number>,
  ): Promise<void> {
    const { store, clock, surroundings } = this.#context;
    const names = Object.entries(receivers).filter(([, { kind }]) => kind === 'alertmanager');
    if (names.length === 0) return;
    const rows = await alertsOf(store, endpoint, ['firing', 'resolved']);
    const pushes = names.map(([name, receiver]) => {
      const lane = JSON.stringify(['push', endpoint, name]);
      return this.#once(lane, async () => {
        const at = clock.now();
        const notice = alertmanagerPush(rows, name, policy, at);
        const last = this.#pushes.get(lane);
        const signature = notice === null ? '' : pushSignature(notice);
        const isDue =
          last === undefined || last.signature !== signature || at - last.at >= RESEND_INTERVAL_MS;
        if (notice === null || !isDue) return;
        const outcome = await sendNotice(receiver, { notice, receipt: null, at }, surroundings);
        this.#pushes.set(lane, { at, signature });
        report[outcome.ok ? 'pushed' : 'failed'] += 1;
      });
    });
    await Promise.all(pushes);
  }
}

/** Notices to one receiver of one endpoint about one group. */
const laneOf = ({ receiver, groupKey, body }: DeliveryRow): string =>
  JSON.stringify([(body as AlertNotice).endpoint, receiver, groupKey]);

function receiverOf(policies: Policies, endpoint: string, name: string): ReceiverPolicy | null {
  if (!Object.hasOwn(policies, endpoint)) return null;
  const { receivers } = valueOfKey(policies, endpoint);
  return Object.hasOwn(receivers, name) ? valueOfKey(receivers, name) : null;
}

/** Notices that were given up, the oldest first. */
export const deadLetters = (store: MonitoringStore): Promise<readonly DeliveryRow[]> =>
  store.deliveries({ state: 'dead', limit: MAX_WAITING });

/** Puts a notice that was given up on its way again; false where there is none of that id. */
export async function resend(store: MonitoringStore, id: string, now: number): Promise<boolean> {
  const row = (await deadLetters(store)).find((dead) => dead.id === id);
  if (row === undefined) return false;
  await store.setDelivery({
    ...row,
    state: 'waiting',
    attempts: 0,
    notBefore: now,
    createdAt: now,
    error: null,
  });
  return true;
}
