/** Monitoring of a server elsewhere, over its control API. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../core/actor.ts';
import { required } from '../core/element-at.ts';
import { askControl, type ControlAddress } from '../http/control-request.ts';
import { list, pageSchema, schemaOf, shape, type ValueSchema } from '../schema/value-schema.ts';
import type { AlertRow } from './alerts/alert.ts';
import { DRIFT_HISTORY, REPLAY_STATE } from './kept/view-schemas.ts';
import type { DeadNotice, MonitoringApi, MonitorView } from './port.ts';
import {
  ALERT_EVENT_VIEW,
  ALERT_VIEW,
  DELIVERY_VIEW,
  DRIFT_VIEW,
  LOGGED_REQUEST,
  MONITOR_VIEW,
  QUALITY_VIEW,
  RECEIVER_TEST,
} from './view-schemas.ts';

/** What is told of an alert is checked; what only the engine needs of it is not looked at. */
const ALERT = schemaOf<AlertRow>(ALERT_VIEW);

export class RemoteMonitoring implements MonitoringApi {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  monitors(page: Parameters<MonitoringApi['monitors']>[0] = {}): ReturnType<MonitoringApi['monitors']> {
    return this.#get(pageSchema(MONITOR_VIEW), `/monitors${searchOf({ ...page })}`);
  }
  monitor(endpoint: string): Promise<MonitorView> {
    return this.#get(MONITOR_VIEW, path`/endpoints/${endpoint}/monitor`);
  }
  setMonitor(
    endpoint: string,
    document: unknown,
    generation: number | null,
    actor: Actor,
  ): Promise<MonitorView> {
    const json = { policy: document ?? {}, ...(generation === null ? {} : { generation }) };
    return this.#write(MONITOR_VIEW, 'PUT', path`/endpoints/${endpoint}/monitor`, { json, actor });
  }
  drift(endpoint: string, query: Parameters<MonitoringApi['drift']>[1]): ReturnType<MonitoringApi['drift']> {
    return this.#get(DRIFT_VIEW, `${path`/endpoints/${endpoint}/drift`}${searchOf({ ...query })}`);
  }
  driftHistory(
    endpoint: string,
    query: Parameters<MonitoringApi['driftHistory']>[1],
  ): ReturnType<MonitoringApi['driftHistory']> {
    return this.#get(DRIFT_HISTORY, `${path`/endpoints/${endpoint}/drift/history`}${searchOf({ ...query })}`);
  }
  /** As a whole: how far it has come is told to those who follow events. */
  async replay(
    endpoint: string,
    { policy, days }: Parameters<MonitoringApi['replay']>[1],
  ): ReturnType<MonitoringApi['replay']> {
    const asked = { method: 'POST', path: path`/endpoints/${endpoint}/monitor/replays` };
    const json = { policy: policy ?? {}, ...(days === undefined ? {} : { days }) };
    const { result } = await askControl(REPLAY_STATE, this.#target, { ...asked, json });
    return required(result, 'the result of a replay that is over');
  }
  quality(
    endpoint: string,
    query: Parameters<MonitoringApi['quality']>[1],
  ): ReturnType<MonitoringApi['quality']> {
    return this.#get(QUALITY_VIEW, `${path`/endpoints/${endpoint}/quality`}${searchOf({ ...query })}`);
  }
  alerts(page: Parameters<MonitoringApi['alerts']>[0] = {}): ReturnType<MonitoringApi['alerts']> {
    return this.#get(pageSchema(ALERT), `/alerts${searchOf({ ...page })}`);
  }
  alert(fingerprint: string): ReturnType<MonitoringApi['alert']> {
    return this.#get(shape({ alert: ALERT, events: list(ALERT_EVENT_VIEW) }), path`/alerts/${fingerprint}`);
  }
  acknowledge(fingerprint: string, actor: Actor): ReturnType<MonitoringApi['acknowledge']> {
    return this.#write(ALERT, 'POST', `${path`/alerts/${fingerprint}`}:acknowledge`, { json: {}, actor });
  }
  testReceiver(endpoint: string, receiver: string, actor: Actor): ReturnType<MonitoringApi['testReceiver']> {
    return this.#write(RECEIVER_TEST, 'POST', `${path`/endpoints/${endpoint}/receivers/${receiver}`}:test`, {
      json: {},
      actor,
    });
  }
  deadLetters(): ReturnType<MonitoringApi['deadLetters']> {
    return this.#get(list(schemaOf<DeadNotice>(DELIVERY_VIEW)), '/alerts/dead-letters');
  }
  request(id: string): ReturnType<MonitoringApi['request']> {
    return this.#get(LOGGED_REQUEST, path`/requests/${id}`);
  }

  #get<T>(answer: ValueSchema<T>, where: string): Promise<T> {
    return askControl(answer, this.#target, { method: 'GET', path: where });
  }

  /** With a key, so that a request that is sent twice is done once. */
  #write<T>(
    answer: ValueSchema<T>,
    method: string,
    where: string,
    { json, actor }: { json: object; actor: Actor },
  ): Promise<T> {
    const headers = { 'idempotency-key': randomUUID(), 'x-plimsoll-by': encodeURIComponent(actor.by) };
    const body = actor.reason === undefined ? json : { ...json, reason: actor.reason };
    return askControl(answer, this.#target, { method, path: where, headers, json: body });
  }
}

const path = (texts: TemplateStringsArray, ...names: readonly string[]): string =>
  String.raw({ raw: texts }, ...names.map(encodeURIComponent));

function searchOf(fields: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search}`;
}
