/** What is asked about monitoring, answered over its database. */

import type { Actor } from '../core/actor.ts';
import { valueOfKey } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { MonitorRow } from '../store/monitoring/monitoring.ts';
import { eachRow } from '../store/pages.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { AlertRow } from './alerts/alert.ts';
import { deadLetterViews } from './alerts/dead-letter-views.ts';
import { acknowledgeAlert } from './alerts/evaluate-alerts.ts';
import { accuracyView } from './local-accuracy.ts';
import type { KnownEndpoint, LocalMonitoringOptions } from './local-options.ts';
import { currentViolations } from './local-quality.ts';
import type { MonitorPolicy } from './policy/policy.ts';
import { parseMonitor } from './policy/policy.ts';
import type { MonitoringApi, MonitorView, ReplayFollowing } from './port.ts';
import type { ReferenceProfile } from './reference/reference-profile.ts';
import { viewSentence } from './view-sentence.ts';
import { MEMORY_KINDS, type WatchMemory, watchName } from './watch/memory.ts';
import { seasonProblem } from './watch/reference-times.ts';
import { lastDay, lastHour, type TrafficHistory } from './watch/traffic-history.ts';

const NO_PAGE: PageRequest = {};
const DAY_MS = 86_400_000;
/** Days that are looked at where nobody says how many. */
const HISTORY_DAYS = 7;
const REPLAY_DAYS = 30;
/** The newest of what happened to an alert. */
const EVENTS_MOST = 1000;
const UNFOLLOWED: ReplayFollowing = { onProgress: () => undefined, signal: new AbortController().signal };
const OPEN: readonly string[] = ['pending', 'firing'];

export class LocalMonitoring
  implements
    Pick<
      MonitoringApi,
      | 'monitors'
      | 'monitor'
      | 'setMonitor'
      | 'drift'
      | 'driftHistory'
      | 'replay'
      | 'alerts'
      | 'alert'
      | 'deadLetters'
    >
{
  readonly #options: LocalMonitoringOptions;

  constructor(options: LocalMonitoringOptions) {
    this.#options = options;
  }

  async monitors(page: PageRequest = NO_PAGE): Promise<Page<MonitorView>> {
    const { items, next } = await this.#options.endpoints(page);
    return { items: await Promise.all(items.map((endpoint) => this.#view(endpoint))), next };
  }

  async monitor(name: string): Promise<MonitorView> {
    return this.#view(await this.#options.endpoint(name));
  }

  async setMonitor(
    name: string,
    document: unknown,
    generation: number | null,
    actor: Actor,
  ): Promise<MonitorView> {
    const { store, clock, endpoint, onSet } = this.#options;
    const known = await endpoint(name);
    await this.#checkSeason(known, parseMonitor(name, document));
    const before = (await store.monitor(name))?.generation ?? 0;
    const expected = generation ?? before;
    const row = { endpoint: name, policy: document ?? {}, changedAt: clock.now(), changedBy: actor.by };
    if (expected !== before || !(await store.setMonitor(row, expected))) {
      const found = (await store.monitor(name))?.generation ?? 0;
      throw new PlimsollError('GENERATION_CONFLICT', { endpoint: name, found, wanted: expected });
    }
    await onSet(name, document ?? {}, actor);
    return this.#view(known);
  }

  /** Throws MONITOR_INVALID where hours of the week are asked for, and the reference that is there cannot tell them. */
  async #checkSeason(
    { name: endpoint, model, stable }: KnownEndpoint,
    { drift }: MonitorPolicy,
  ): Promise<void> {
    const kept = drift.season === 'week' ? await this.#options.store.profile(model, stable) : null;
    const { weeks } = (kept?.profile ?? {}) as Partial<ReferenceProfile>;
    const problem = weeks === undefined ? null : seasonProblem(weeks);
    if (problem === null) return;
    const problems = `drift.season is "week", which the reference of ${model}@${stable} cannot tell: ${problem}`;
    throw new PlimsollError('MONITOR_INVALID', { endpoint, problems, list: [problems] });
  }

  async drift(
    name: string,
    query: Parameters<MonitoringApi['drift']>[1],
  ): ReturnType<MonitoringApi['drift']> {
    const known = await this.#options.endpoint(name);
    return this.#options.kept.drift(known, query);
  }

  async driftHistory(
    name: string,
    { feature, side, days = HISTORY_DAYS }: Parameters<MonitoringApi['driftHistory']>[1],
  ): ReturnType<MonitoringApi['driftHistory']> {
    const { kept, endpoint, clock } = this.#options;
    const { model, stable: version } = await endpoint(name);
    const to = Math.ceil(clock.now());
    const from = Math.floor(to - days * DAY_MS);
    const found = await kept.history({ endpoint: name, model, version, feature, side, from, to });
    if (found === null)
      throw new PlimsollError('FEATURE_UNWATCHED', { endpoint: name, version, feature, side });
    return { endpoint: name, version, feature, side, ...found, points: [...found.points] };
  }

  async replay(
    name: string,
    { policy: document, days = REPLAY_DAYS }: Parameters<MonitoringApi['replay']>[1],
    following: ReplayFollowing = UNFOLLOWED,
  ): ReturnType<MonitoringApi['replay']> {
    const { kept, endpoint, clock } = this.#options;
    const { model, stable: version } = await endpoint(name);
    parseMonitor(name, document);
    const to = Math.ceil(clock.now());
    const from = Math.floor(to - days * DAY_MS);
    return kept.replay({ endpoint: name, model, version, document, from, to }, following);
  }

  async alerts({
    all = false,
    ...page
  }: Parameters<MonitoringApi['alerts']>[0] = {}): Promise<Page<AlertRow>> {
    const { store, endpoint } = this.#options;
    if (page.endpoint !== undefined) await endpoint(page.endpoint);
    const states = all ? undefined : OPEN;
    return (await store.alerts({ ...page, states })) as Page<AlertRow>;
  }

  async alert(fingerprint: string): ReturnType<MonitoringApi['alert']> {
    const alert = await this.#alert(fingerprint);
    const newest = { limit: EVENTS_MOST, order: 'newest' } as const;
    const { items } = await this.#options.store.alertEvents(fingerprint, newest);
    return { alert, events: items.toReversed() };
  }

  async acknowledge(fingerprint: string, actor: Actor): Promise<AlertRow> {
    const { store, clock } = this.#options;
    const row = await acknowledgeAlert(store, {
      fingerprint,
      by: actor.by,
      reason: actor.reason,
      now: clock.now(),
    });
    if (row === null) throw new PlimsollError('ALERT_UNKNOWN', { alert: fingerprint });
    if (OPEN.includes(row.state)) return row;
    throw new PlimsollError('ALERT_STATE', { alert: fingerprint, found: row.state });
  }

  async testReceiver(name: string, receiver: string): ReturnType<MonitoringApi['testReceiver']> {
    const known = await this.#options.endpoint(name);
    const { receivers } = parseMonitor(name, (await this.#options.store.monitor(name))?.policy ?? {});
    if (Object.hasOwn(receivers, receiver))
      return this.#options.testReceiver(known, receiver, valueOfKey(receivers, receiver));
    const names = Object.keys(receivers).join(', ') || 'none yet';
    throw new PlimsollError('RECEIVER_UNKNOWN', { endpoint: name, receiver, known: names });
  }

  request(id: string): ReturnType<MonitoringApi['request']> {
    return this.#options.request(id);
  }

  async quality(
    name: string,
    { days = 30 }: Parameters<MonitoringApi['quality']>[1],
  ): ReturnType<MonitoringApi['quality']> {
    const { store, clock } = this.#options;
    const known = await this.#options.endpoint(name);
    const { stable: version } = known;
    const now = clock.now();
    return {
      ...{ endpoint: name, version },
      ...(await accuracyView(store, known, { days, now })),
      violations: await currentViolations(store, known, now),
    };
  }

  deadLetters(): ReturnType<MonitoringApi['deadLetters']> {
    return deadLetterViews(this.#options.store);
  }

  async #alert(fingerprint: string): Promise<AlertRow> {
    const row = (await this.#options.store.alert(fingerprint)) as AlertRow | null;
    if (row !== null) return row;
    throw new PlimsollError('ALERT_UNKNOWN', { alert: fingerprint });
  }

  async #view(known: KnownEndpoint): Promise<MonitorView> {
    const { store, clock } = this.#options;
    const { name, model, stable } = known;
    const now = clock.now();
    const row = await store.monitor(name);
    const profile = await store.profile(model, stable);
    const traffic = (await store.memory(MEMORY_KINDS.traffic, name))?.body as TrafficHistory | undefined;
    const watch = (await store.memory(MEMORY_KINDS.watch, watchName))?.body as WatchMemory | undefined;
    const reference = profile?.profile as ReferenceProfile | undefined;
    const view = {
      endpoint: name,
      model,
      version: stable,
      policy: policyOf(name, row),
      written: row?.policy ?? {},
      generation: row?.generation ?? 0,
      reference:
        profile && reference
          ? { source: reference.source, rows: reference.rows, createdAt: profile.createdAt }
          : null,
      traffic: {
        hour: traffic ? lastHour(traffic, now).rows : 0,
        day: traffic ? lastDay(traffic, now).rows : 0,
        dropped: traffic ? lastDay(traffic, now).dropped : 0,
      },
      alerts: await this.#counts(name),
      evaluatedAt: watch?.evaluatedAt ?? null,
    };
    return { ...view, sentence: viewSentence(view, now) };
  }

  async #counts(endpoint: string): Promise<MonitorView['alerts']> {
    const counts = { firing: 0, pending: 0 };
    const states = ['firing', 'pending'] as const;
    const list = (page: PageRequest) => this.#options.store.alerts({ ...page, endpoint, states });
    for await (const row of eachRow(list)) counts[(row as AlertRow).state as (typeof states)[number]]++;
    return counts;
  }
}

/** A policy that was stored by another version of the program may not be readable: what is there is shown. */
function policyOf(endpoint: string, row: MonitorRow | null): unknown {
  try {
    return parseMonitor(endpoint, row?.policy ?? {});
  } catch {
    return row?.policy;
  }
}
