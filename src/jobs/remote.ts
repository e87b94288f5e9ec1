/** Jobs of a server elsewhere, over its control API. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../core/actor.ts';
import { askControl, type ControlAddress } from '../http/control-request.ts';
import { anything, pageSchema, type ValueSchema } from '../schema/value-schema.ts';
import type { Page, PageRequest } from '../store/store.ts';
import type { JobsPort, JobView, ReplayWish, RunOutputs, RunView, StartedRun } from './port.ts';
import type { RejectGroups, RejectsRequest, RejectView } from './rejects/list-rejects.ts';
import { JOB_VIEW, REJECT_GROUPS, REJECT_VIEW, RUN_OUTPUTS, RUN_VIEW, STARTED_RUN } from './view-schemas.ts';

export class RemoteJobs implements JobsPort {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  jobs(page: PageRequest = {}): Promise<Page<JobView>> {
    return this.#get(pageSchema(JOB_VIEW), `/jobs${searchOf({ ...page })}`);
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
    return this.#get(pageSchema(RUN_VIEW), `${path`/jobs/${name}/runs`}${searchOf({ ...page })}`);
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
  rejects(
    name: string,
    id: string,
    { code, column, ...page }: RejectsRequest = {},
  ): Promise<Page<RejectView>> {
    const where = `${path`/jobs/${name}/runs/${id}/rejects`}${searchOf({ ...page, code, column })}`;
    return this.#get(pageSchema(REJECT_VIEW), where);
  }
  rejectGroups(name: string, id: string): Promise<RejectGroups> {
    return this.#get(REJECT_GROUPS, path`/jobs/${name}/runs/${id}/reject-groups`);
  }
  replay(name: string, id: string, json: ReplayWish): Promise<StartedRun> {
    return this.#write(STARTED_RUN, 'POST', `${path`/jobs/${name}/runs/${id}`}:replay`, { json });
  }
  release(name: string, id: string): Promise<RunView> {
    return this.#write(RUN_VIEW, 'POST', `${path`/jobs/${name}/runs/${id}`}:release`, {});
  }
  receipt(name: string, id: string): Promise<unknown> {
    return this.#get(anything, path`/jobs/${name}/runs/${id}/receipt`);
  }
  outputs(name: string, id: string): Promise<RunOutputs> {
    return this.#get(RUN_OUTPUTS, path`/jobs/${name}/runs/${id}/outputs`);
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

function searchOf(query: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search}`;
}
