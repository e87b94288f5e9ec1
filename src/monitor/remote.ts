/** Monitoring of a server elsewhere, over its control API. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../core/actor.ts';
import { type ControlAddress, sendControlRequest } from '../http/control-request.ts';
import type { MonitoringApi, MonitorView } from './port.ts';

export class RemoteMonitoring implements MonitoringApi {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  monitors(page: Parameters<MonitoringApi['monitors']>[0] = {}): ReturnType<MonitoringApi['monitors']> {
    return this.#get(`/monitors${searchOf({ ...page })}`);
  }
  monitor(endpoint: string): Promise<MonitorView> {
    return this.#get(path`/endpoints/${endpoint}/monitor`);
  }
  setMonitor(
    endpoint: string,
    document: unknown,
    generation: number | null,
    actor: Actor,
  ): Promise<MonitorView> {
    const json = { policy: document ?? {}, ...(generation === null ? {} : { generation }) };
    return this.#write('PUT', path`/endpoints/${endpoint}/monitor`, { json, actor });
  }
  drift(endpoint: string, query: Parameters<MonitoringApi['drift']>[1]): ReturnType<MonitoringApi['drift']> {
    return this.#get(`${path`/endpoints/${endpoint}/drift`}${searchOf({ ...query })}`);
  }
  quality(
    endpoint: string,
    query: Parameters<MonitoringApi['quality']>[1],
  ): ReturnType<MonitoringApi['quality']> {
    return this.#get(`${path`/endpoints/${endpoint}/quality`}${searchOf({ ...query })}`);
  }
  alerts(page: Parameters<MonitoringApi['alerts']>[0] = {}): ReturnType<MonitoringApi['alerts']> {
    return this.#get(`/alerts${searchOf({ ...page })}`);
  }
  alert(fingerprint: string): ReturnType<MonitoringApi['alert']> {
    return this.#get(path`/alerts/${fingerprint}`);
  }
  acknowledge(fingerprint: string, actor: Actor): ReturnType<MonitoringApi['acknowledge']> {
    return this.#write('POST', `${path`/alerts/${fingerprint}`}:acknowledge`, { json: {}, actor });
  }
  testReceiver(endpoint: string, receiver: string, actor: Actor): ReturnType<MonitoringApi['testReceiver']> {
    return this.#write('POST', `${path`/endpoints/${endpoint}/receivers/${receiver}`}:test`, {
      json: {},
      actor,
    });
  }
  deadLetters(): ReturnType<MonitoringApi['deadLetters']> {
    return this.#get('/alerts/dead-letters');
  }
  request(id: string): ReturnType<MonitoringApi['request']> {
    return this.#get(path`/requests/${id}`);
  }

  #get<T>(where: string): Promise<T> {
    return sendControlRequest(this.#target, { method: 'GET', path: where }) as Promise<T>;
  }

  /** With a key, so that a request that is sent twice is done once. */
  #write<T>(method: string, where: string, { json, actor }: { json: object; actor: Actor }): Promise<T> {
    const headers = { 'idempotency-key': randomUUID(), 'x-plimsoll-by': encodeURIComponent(actor.by) };
    const body = actor.reason === undefined ? json : { ...json, reason: actor.reason };
    return sendControlRequest(this.#target, { method, path: where, headers, json: body }) as Promise<T>;
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
