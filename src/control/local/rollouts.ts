import type { Actor } from '../../core/actor.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { RecordingLine } from '../../rollout/recording.ts';
import type { Signer } from '../../signing/signer.ts';
import type { EndpointRow, Page, PageRequest, RolloutRow, Store, Strategy } from '../../store/store.ts';
import type { DesiredRollout } from '../desired/desired-state.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { TrafficMeter } from '../fleet/traffic-meter.ts';
import type {
  ControlApi,
  LintedRollout,
  NewRollout,
  RolloutCommand,
  RolloutHistoryView,
  RolloutLint,
  RolloutQuery,
  RolloutSummary,
  RolloutView,
  SignedReport,
} from '../port.ts';
import { EVIDENCE_TYPE, rolloutReport, windowLines } from '../report/rollout-report.ts';
import { refuseCommandWithoutEffect, refuseImpossibleCommand } from '../rollouts/command-checks.ts';
import type { RolloutController } from '../rollouts/rollout-controller.ts';
import { endpointOrCached } from './cached-endpoint.ts';
import { findEndpoint, findRollout } from './find.ts';
import { newRollout } from './new-rollout.ts';
import type { LintFindings, LintTraffic } from './rollout-lint.ts';
import { rolloutSummary, rolloutView } from './views.ts';

export interface LocalRolloutsOptions {
  readonly store: Store;
  readonly controller: Pick<RolloutController, 'begin' | 'command' | 'snapshot' | 'isOwner'>;
  readonly publisher: Pick<SnapshotPublisher, 'lastRead'>;
  readonly clock: Clock;
  /** Measures the traffic; without it none is known. */
  readonly meter?: Pick<TrafficMeter, 'of'> | undefined;
  /** What the file of settings says of how an endpoint gets to its versions: its policy where none is given. @default {none} */
  readonly rolloutOf?:
    | ((endpoint: string) => DesiredRollout | null | Promise<DesiredRollout | null>)
    | undefined;
  /** Opened when something is to be signed. */
  readonly signer: () => Signer;
}

/** Rollouts, and what is known of them. */
export class LocalRollouts
  implements
    Pick<
      ControlApi,
      | 'lintRollout'
      | 'startRollout'
      | 'rollouts'
      | 'allRollouts'
      | 'rollout'
      | 'history'
      | 'command'
      | 'windows'
      | 'evidence'
      | 'keys'
    >
{
  readonly #options: LocalRolloutsOptions;

  constructor(options: LocalRolloutsOptions) {
    this.#options = options;
  }

  async startRollout(endpoint: string, rollout: NewRollout, actor: Actor): Promise<RolloutView> {
    const { store, controller, clock } = this.#options;
    const on = await findEndpoint(store.tables, endpoint);
    const policy = rollout.policy ?? (await this.#ownPolicy(endpoint, rollout.strategy));
    const row = await newRollout(store.tables, on, { ...rollout, policy }, actor, clock.now());
    await this.#refuseBlind(row, on.model, rollout.force === true);
    await controller.begin(row);
    return this.rollout(row.id);
  }

  async lintRollout(endpoint: string, { rate, ...asked }: LintedRollout): Promise<RolloutLint> {
    const { store, meter } = this.#options;
    const on = await findEndpoint(store.tables, endpoint);
    const { lintTraffic } = await import('./rollout-lint.ts');
    const traffic = lintTraffic(meter?.of(on.model) ?? null, rate);
    const own = asked.policy == null ? await this.#ownPolicy(endpoint, asked.strategy) : null;
    const given = asked.policy ?? own ?? null;
    const source = asked.policy != null ? 'request' : own === null ? 'default' : 'endpoint';
    return { given, source, traffic, ...(await this.#lint(on, { ...asked, policy: given }, traffic)) };
  }

  async #lint(on: EndpointRow, rollout: NewRollout, traffic: LintTraffic | null): Promise<LintFindings> {
    const { store, clock } = this.#options;
    const { lintRow, refusedLint } = await import('./rollout-lint.ts');
    try {
      const row = await newRollout(store.tables, on, rollout, { by: '' }, clock.now());
      const before = await store.tables.rollouts.wasRolledBack(on.name, row.binding.candidate);
      return await lintRow(row, traffic, store.tables.feedback, before);
    } catch (error) {
      if (isPlimsollError(error) && error.code === 'ROLLOUT_REFUSED') return refusedLint(error);
      throw error;
    }
  }

  /** One after the other: the log of one that is over may be long. */
  async rollouts(endpoint: string, page: PageRequest): Promise<Page<RolloutView>> {
    const { tables } = this.#options.store;
    await findEndpoint(tables, endpoint);
    const rows = await tables.rollouts.list(endpoint, page);
    const items: RolloutView[] = [];
    for (const { id } of rows.items) items.push(await this.rollout(id));
    return { items, next: rows.next };
  }

  /** Of rows, and of what is in memory: no log is read for it. */
  async allRollouts({ endpoint, strategy, state, ...page }: RolloutQuery): Promise<Page<RolloutSummary>> {
    const { store, controller } = this.#options;
    const { rollouts } = store.tables;
    const isPhase = state === 'active' || state === 'over';
    const only = isPhase ? { isOver: state === 'over' } : { state };
    const rows = await rollouts.listAll({ endpoint, strategy, ...only }, page);
    const reasons = await rollouts.lastReasons(rows.items.map(({ id }) => id));
    const items: RolloutSummary[] = [];
    for (const row of rows.items) {
      const isHere = row.endedAt === null && controller.isOwner;
      const running = isHere ? await controller.snapshot(row.id) : null;
      items.push(rolloutSummary(row, running, reasons.get(row.id) ?? null));
    }
    return { items, next: rows.next };
  }

  async rollout(id: string): Promise<RolloutView> {
    const { controller, meter } = this.#options;
    const standing = await controller.snapshot(id);
    const { endpoint, endedAt } = standing.row;
    if (meter === undefined || endedAt !== null) return rolloutView(standing, null);
    const { model } = await endpointOrCached(this.#options, endpoint);
    return rolloutView(standing, meter.of(model));
  }

  async history(id: string): Promise<RolloutHistoryView> {
    const { history } = await this.#options.controller.snapshot(id);
    return { points: history.points.points, moments: history.moments, left: history.left };
  }

  async command(id: string, command: RolloutCommand, actor: Actor): Promise<RolloutView> {
    const before = await this.rollout(id);
    refuseImpossibleCommand(command, before);
    await this.#options.controller.command(id, command, actor);
    const after = await this.rollout(id);
    refuseCommandWithoutEffect(command, before, after);
    return after;
  }

  async windows(id: string, page: PageRequest): Promise<Page<RecordingLine>> {
    const { tables } = this.#options.store;
    await findRollout(tables, id);
    return windowLines(tables.rollouts, id, page);
  }

  async evidence(id: string): Promise<SignedReport> {
    const { store, controller, signer } = this.#options;
    const account = await rolloutReport(store.tables.rollouts, await controller.snapshot(id));
    const key = signer();
    return { envelope: key.sign(EVIDENCE_TYPE, account), ...key.publicKey };
  }

  keys(): ReturnType<ControlApi['keys']> {
    return Promise.resolve([this.#options.signer().publicKey]);
  }

  /** What is written for one strategy says nothing of another. */
  async #ownPolicy(endpoint: string, strategy: Strategy): Promise<unknown> {
    const own = await this.#options.rolloutOf?.(endpoint);
    return own?.strategy === strategy ? own.policy : null;
  }

  /** What cannot find its margin in time begins by a person's word alone, which the audit log keeps. */
  async #refuseBlind(row: RolloutRow, model: string, isForced: boolean): Promise<void> {
    const { store, meter } = this.#options;
    const { blindPolicyError } = await import('../rollouts/blind-policy.ts');
    const refusal = await blindPolicyError(row, meter?.of(model) ?? null, store.tables.feedback);
    if (refusal === null) return;
    if (!isForced) throw refusal;
    const { id, by, startedAt: at } = row;
    const body = { ...refusal.details, refusal: refusal.code, reason: row.reason };
    await store.transaction(({ audit }) =>
      audit.append({ at, by, what: 'rollout.forced', subject: `rollout/${id}`, body }),
    );
  }
}
