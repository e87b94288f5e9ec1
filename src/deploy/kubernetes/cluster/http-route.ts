import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../core/error-text.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { RouterState, TrafficRouter, VersionWeights } from '../../routers/port.ts';
import { apiPathOf } from '../kinds.ts';
import { DEPLOYMENT_LABEL, versionedName } from '../manifest.ts';
import type { ApiAnswer, ClusterApi } from './api.ts';
import { percentsOf, type RouteRules, rulesWith } from './backend-weights.ts';
import { FIELD_MANAGER, ROLLOUT_MANAGER } from './field-managers.ts';
import { conflictsOf, liveValueAt, managersOf, observedOf, recordsAt } from './live.ts';

export interface HttpRouteOptions {
  readonly api: ClusterApi;
  readonly name: string;
  /** Milliseconds that gateways may take to accept new weights. @default {30000} */
  readonly settleMillis?: number | undefined;
}

type Live = Readonly<Record<string, unknown>>;

/** Times that a write is tried again because somebody has written in between. */
const TRIES = 4;
const POLL_MILLIS = 250;

/**
 * The weights of an HTTPRoute as a router. They are written by server-side apply under a manager of their own: fields of
 * `deploy` are taken over, since it leaves them to a rollout from then on; those of anybody else are a conflict.
 */
export class HttpRouteRouter implements TrafficRouter {
  readonly id: string;
  readonly #api: ClusterApi;
  readonly #name: string;
  readonly #settleMillis: number;

  constructor({ api, name, settleMillis = 30_000 }: HttpRouteOptions) {
    this.id = `kubernetes:${api.namespace}/${name}`;
    this.#api = api;
    this.#name = name;
    this.#settleMillis = settleMillis;
  }

  async read(): Promise<RouterState> {
    const { live, deployment, rules } = await this.#look();
    return {
      weights: percentsOf(deployment, rules),
      writers: othersIn(live),
      revision: String(liveValueAt(live, 'metadata', 'resourceVersion') ?? '') || null,
    };
  }

  async write(weights: VersionWeights): Promise<void> {
    for (let tries = TRIES; ; tries--) {
      const { live, deployment, rules } = await this.#look();
      const missing = [...weights].filter(
        ([version, weight]) => weight > 0 && !has(rules, deployment, version),
      );
      if (missing.length > 0) {
        const names = missing.map(([version]) => versionedName(deployment, version)).join(', ');
        throw this.#refused(`it has no backend ${names}`);
      }
      const wanted = rulesWith(deployment, rules, weights);
      if (wanted === null) return;
      const answer = await this.#apply(live, deployment, wanted, false);
      const conflicts = conflictsOf(answer.body);
      // Only what `deploy` owns is taken over: it gives the weights away.
      const isOurs = conflicts.length > 0 && conflicts.every(({ manager }) => manager === FIELD_MANAGER);
      const settled = isOurs ? await this.#apply(live, deployment, wanted, true) : answer;
      if (settled.status < 300) return this.#accepted();
      if (!isOurs && conflicts.length > 0) throw this.#conflict(conflicts);
      if (settled.status !== 409 || tries === 0) throw this.#failure(settled);
    }
  }

  async #look(): Promise<{ readonly live: Live; readonly deployment: string; readonly rules: RouteRules }> {
    const answer = await this.#send(() => this.#api.send({ method: 'GET', path: this.#path() }));
    if (answer.status !== 200) throw this.#failure(answer);
    const deployment = liveValueAt(answer.body, 'metadata', 'labels', DEPLOYMENT_LABEL);
    if (typeof deployment !== 'string') throw this.#refused('no deployment of Plimsoll has made it');
    const rules = recordsAt(answer.body, 'spec', 'rules');
    if (percentsOf(deployment, rules).size === 0) throw this.#refused('it has no backend of a version');
    return { live: answer.body, deployment, rules };
  }

  #apply(live: Live, deployment: string, rules: RouteRules, force: boolean): Promise<ApiAnswer> {
    const metadata = {
      name: this.#name,
      labels: { [DEPLOYMENT_LABEL]: deployment },
      // Whoever has written since we looked makes this one fail.
      resourceVersion: liveValueAt(live, 'metadata', 'resourceVersion'),
    };
    const body = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata, spec: { rules } };
    return this.#send(() =>
      this.#api.send({
        method: 'PATCH',
        path: this.#path(),
        query: { fieldManager: ROLLOUT_MANAGER, force: String(force), fieldValidation: 'Strict' },
        contentType: 'application/apply-patch+yaml',
        body,
      }),
    );
  }

  /** Waits until the gateways that have spoken of the route have accepted what it is now. */
  async #accepted(): Promise<void> {
    const until = performance.now() + this.#settleMillis;
    for (;;) {
      const { live } = await this.#look();
      const { state, reason } = observedOf({ kind: 'HTTPRoute', ...live });
      if (state === 'failed') throw this.#refused(`the gateway does not take it: ${reason}`);
      if (state === 'ready') return;
      if (performance.now() > until)
        throw this.#unreachable(
          `no gateway has taken the weights within ${Math.round(this.#settleMillis / 1000)} s`,
        );
      await sleep(POLL_MILLIS);
    }
  }

  async #send(call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    try {
      return await call();
    } catch (cause) {
      throw this.#unreachable(messageOf(cause), cause);
    }
  }

  readonly #path = (): string => apiPathOf('HTTPRoute', this.#api.namespace, this.#name);

  #failure({ status, body }: ApiAnswer): PlimsollError {
    const said = typeof body['message'] === 'string' ? body['message'] : `HTTP ${status}`;
    return status === 403 || status === 429 || status >= 500 ? this.#unreachable(said) : this.#refused(said);
  }

  #conflict(conflicts: readonly { readonly field: string; readonly manager: string }[]): PlimsollError {
    const writers = [...new Set(conflicts.map(({ field, manager }) => `${manager} (${field})`))].join(', ');
    return new PlimsollError('ROUTER_CONFLICT', { router: this.id, writers });
  }

  #refused(reason: string): PlimsollError {
    return new PlimsollError('ROUTER_REFUSED', { router: this.id, reason });
  }

  #unreachable(reason: string, cause?: unknown): PlimsollError {
    return new PlimsollError('ROUTER_UNREACHABLE', { router: this.id, reason }, { cause });
  }
}

const has = (rules: RouteRules, deployment: string, version: number): boolean =>
  rules.some((rule) =>
    recordsAt(rule, 'backendRefs').some(({ name }) => name === versionedName(deployment, version)),
  );

const othersIn = (live: Live): readonly string[] =>
  managersOf(live, 'f:spec', 'f:rules').filter((name) => name !== ROLLOUT_MANAGER && name !== FIELD_MANAGER);
