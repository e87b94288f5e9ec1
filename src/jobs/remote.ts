/** Jobs of a server elsewhere, over its control API. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../core/actor.ts';
import { askControl, type ControlAddress } from '../http/control-request.ts';
import { pageSchema, type ValueSchema } from '../schema/value-schema.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { JobsPort, JobView, RunView, StartedRun } from './port.ts';
import { JOB_VIEW, RUN_VIEW, STARTED_RUN } from './view-schemas.ts';

export class RemoteJobs implements JobsPort {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  jobs(page: PageRequest = {}): Promise<Page<JobView>> {
    return this.#get(pageSchema(JOB_VIEW), `/jobs${searchOf(page)}`);
  }
  job(name: string): Promise<JobView> {
    return this.#get(JOB_VIEW, path`/jobs/${name}`);
  }
  define(name: string, document: unknown, actor: Actor): Promise<JobView> {
    return this.#write(JOB_VIEW, 'PUT', path`/jobs/${name}`, { json: document, actor });
  }
  reschedule(name: string, schedule: unknown, actor: Actor): Promise<JobView> {
    return this.#write(JOB_VIEW, 'PUT', path`/jobs/${name}/schedule`, { json: { schedule }, actor });
  }
  pause(name: string, paused: boolean): Promise<JobView> {
    return this.#write(JOB_VIEW, 'POST', `${path`/jobs/${name}`}:${paused ? 'pause' : 'unpause'}`, {});
  }
  runs(name: string, page: PageRequest = {}): Promise<Page<RunView>> {
    return this.#get(pageSchema(RUN_VIEW), `${path`/jobs/${name}/runs`}${searchOf(page)}`);
  }
  run(name: string, id: string): Promise<RunView> {
    return this.#get(RUN_VIEW, path`/jobs/${name}/runs/${id}`);
  }
  start(name: string, cause: 'server' | 'webhook', key: string): Promise<StartedRun> {
    const where = path`/jobs/${name}`;
    return this.#write(STARTED_RUN, 'POST', cause === 'webhook' ? `${where}:trigger` : `${where}/runs`, {
      key,
    });
  }
  cancel(name: string, id: string): Promise<RunView> {
    return this.#write(RUN_VIEW, 'POST', `${path`/jobs/${name}/runs/${id}`}:cancel`, {});
  }

  #get<T>(answer: ValueSchema<T>, where: string): Promise<T> {
    return askControl(answer, this.#target, { method: 'GET', path: where });
  }

  /** With a key, so that a request that is sent twice is done once. */
  #write<T>(
    answer: ValueSchema<T>,
    method: string,
    where: string,
    {
      json,
      actor,
      key = randomUUID(),
    }: { readonly json?: unknown; readonly actor?: Actor; readonly key?: string },
  ): Promise<T> {
    const by = actor === undefined ? {} : { 'x-plimsoll-by': encodeURIComponent(actor.by) };
    const headers = { 'idempotency-key': key, ...by };
    return askControl(answer, this.#target, { method, path: where, headers, json });
  }
}

const path = (texts: TemplateStringsArray, ...names: readonly string[]): string =>
  String.raw({ raw: texts }, ...names.map(encodeURIComponent));

function searchOf({ limit, cursor }: PageRequest): string {
  const search = new URLSearchParams();
  if (limit !== undefined) search.set('limit', String(limit));
  if (cursor !== undefined) search.set('cursor', cursor);
  return search.size === 0 ? '' : `?${search}`;
}
