/** Batch jobs, what starts them, and their runs. */

import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { briefJob, briefRun } from '../../jobs/brief-run.ts';
import { SCHEDULE } from '../../jobs/schedule/schedule-document.ts';
import { SCHEDULED_JOB } from '../../jobs/spec/parse.ts';
import {
  JOB_VIEW,
  REJECT_GROUPS,
  REJECT_VIEW,
  RUN_OUTPUTS,
  RUN_VIEW,
  STARTED_RUN,
} from '../../jobs/view-schemas.ts';
import { described, nullable } from '../../schema/value-schema.ts';
import { changeJob, startRun } from './job-changes.ts';
import { closed, NAME, operation, PAGE, pageRequest, pageSchemaOf, REASON } from './operation.ts';

const RUN = { job: NAME, run: NAME };
const WITH_REASON = Type.Optional(closed({ reason: REASON }));
/** Rows that somebody puts right by hand, or by a program: the rest is done by the command line. */
const MENDED_MAX = 10_000;
const MENDED_BYTES = 8 * 2 ** 20;

const ANYTHING = Type.Unknown();

/** Who shows many runs needs no receipt as a whole. */
const BRIEF = {
  brief: Type.Optional(
    described(
      Type.Boolean(),
      'Leaves out what of receipts grows with the input: `accounts`, `distributions`',
    ),
  ),
};

const WRITTEN_SCHEDULE = nullable(Type.Unsafe<unknown>(SCHEDULE));

const pausing = (verb: 'pause' | 'unpause', summary: string) =>
  operation({
    method: 'POST',
    path: `/jobs/{job}:${verb}`,
    summary,
    params: { job: NAME },
    body: WITH_REASON,
    answer: JOB_VIEW,
    async handle({ jobs, params: { job }, note }) {
      const all = await jobs();
      return changeJob(all, job, { what: `job.${verb}d`, note }, () => all.pause(job, verb === 'pause'));
    },
  });

export const JOBS = [
  operation({
    method: 'GET',
    path: '/jobs',
    summary: 'Batch jobs',
    query: { ...PAGE, ...BRIEF },
    answer: pageSchemaOf(JOB_VIEW),
    async handle({ jobs, query }) {
      const page = await (await jobs()).jobs(pageRequest(query));
      return query.brief ? { ...page, items: page.items.map(briefJob) } : page;
    },
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}',
    summary: 'One batch job, when it runs next, and its newest run',
    params: { job: NAME },
    query: BRIEF,
    answer: JOB_VIEW,
    async handle({ jobs, params, query }) {
      const job = await (await jobs()).job(params.job);
      return query.brief ? briefJob(job) : job;
    },
  }),
  operation({
    method: 'PUT',
    path: '/jobs/{job}',
    summary: 'Makes a job, or replaces what it is; runs that are under way keep what they began with',
    params: { job: NAME },
    body: Type.Unsafe<unknown>(SCHEDULED_JOB),
    answer: JOB_VIEW,
    async handle({ jobs, params, body, actor, note }) {
      const all = await jobs();
      const how = { what: 'job.defined', note };
      return changeJob(all, params.job, how, () => all.define(params.job, body, actor));
    },
  }),
  operation({
    method: 'PUT',
    path: '/jobs/{job}/schedule',
    summary: 'Replaces what starts a job by itself; null leaves it to people',
    params: { job: NAME },
    body: closed({ schedule: WRITTEN_SCHEDULE, reason: REASON }),
    answer: JOB_VIEW,
    async handle({ jobs, params, body, actor, note }) {
      const all = await jobs();
      const how = { what: 'job.rescheduled', note };
      return changeJob(all, params.job, how, () => all.reschedule(params.job, body.schedule, actor));
    },
  }),
  pausing(
    'pause',
    'It starts nothing by itself; what comes meanwhile is passed over, messages in queues wait',
  ),
  pausing('unpause', 'It starts by itself again'),
  operation({
    method: 'POST',
    path: '/jobs/{job}:trigger',
    summary: 'The webhook of a job: starts one run for each idempotency-key, or for each request without one',
    params: { job: NAME },
    // Whoever calls may say anything: it is not read.
    body: Type.Optional(ANYTHING),
    status: 202,
    answer: STARTED_RUN,
    async handle({ jobs, params, key, note }) {
      const all = await jobs();
      const { schedule } = await all.job(params.job);
      if (!schedule?.triggers.some(({ kind }) => kind === 'webhook'))
        throw new PlimsollError('WEBHOOK_UNKNOWN', { job: params.job });
      return startRun(all.start(params.job, 'webhook', key ?? randomUUID()), note);
    },
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs',
    summary: 'Runs of a job, newest first',
    params: { job: NAME },
    query: { ...PAGE, ...BRIEF },
    answer: pageSchemaOf(RUN_VIEW),
    async handle({ jobs, params, query }) {
      const page = await (await jobs()).runs(params.job, pageRequest(query));
      return query.brief ? { ...page, items: page.items.map(briefRun) } : page;
    },
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job}/runs',
    summary: 'Has the server run a job now, once for each idempotency-key',
    params: { job: NAME },
    body: WITH_REASON,
    status: 202,
    answer: STARTED_RUN,
    handle: async ({ jobs, params, key, note }) =>
      startRun((await jobs()).start(params.job, 'server', key ?? randomUUID()), note),
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs/{run}',
    summary: 'One run: how far it is, why it failed, its receipt',
    params: RUN,
    answer: RUN_VIEW,
    handle: async ({ jobs, params }) => (await jobs()).run(params.job, params.run),
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job}/runs/{run}:cancel',
    summary: 'Ends a run for good; nothing of it is published',
    params: RUN,
    body: WITH_REASON,
    answer: RUN_VIEW,
    async handle({ jobs, params: { job, run }, note }) {
      const cancelled = await (await jobs()).cancel(job, run);
      await note('job.run-cancelled', `job/${job}`, { run, number: cancelled.number });
      return cancelled;
    },
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job}/runs/{run}:release',
    summary: 'Publishes the output of a run that a check held back',
    params: RUN,
    body: WITH_REASON,
    answer: RUN_VIEW,
    async handle({ jobs, params: { job, run }, note }) {
      const released = await (await jobs()).release(job, run);
      await note('job.run-released', `job/${job}`, { run, number: released.number });
      return released;
    },
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs/{run}/receipt',
    summary: 'The receipt of a run, signed: a DSSE envelope',
    params: RUN,
    answer: ANYTHING,
    handle: async ({ jobs, params }) => (await jobs()).receipt(params.job, params.run),
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs/{run}/outputs',
    summary: 'How the output of a run is distributed, beside that of the run before',
    params: RUN,
    answer: RUN_OUTPUTS,
    handle: async ({ jobs, params }) => (await jobs()).outputs(params.job, params.run),
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs/{run}/rejects',
    summary: 'Rows of a run without an answer, in the order of the input; a part may be short of its limit',
    params: RUN,
    query: {
      ...PAGE,
      code: Type.Optional(NAME),
      column: Type.Optional(Type.String({ maxLength: 1000, description: 'Empty for those of no column' })),
    },
    answer: pageSchemaOf(REJECT_VIEW),
    handle: async ({ jobs, params, query }) => (await jobs()).rejects(params.job, params.run, query),
  }),
  operation({
    method: 'GET',
    path: '/jobs/{job}/runs/{run}/reject-groups',
    summary: 'Rows of a run without an answer, counted by what is wrong',
    params: RUN,
    answer: REJECT_GROUPS,
    handle: async ({ jobs, params }) => (await jobs()).rejectGroups(params.job, params.run),
  }),
  operation({
    method: 'POST',
    path: '/jobs/{job}/runs/{run}:replay',
    summary: 'Has the server score the rows without an answer again; what is ok now is added to the output',
    params: RUN,
    bodyLimit: MENDED_BYTES,
    body: Type.Optional(
      closed({
        rows: Type.Optional(
          Type.Array(Type.Record(Type.String(), ANYTHING), {
            maxItems: MENDED_MAX,
            description: 'Rows that were put right, each in place of the one of its key',
          }),
        ),
        // A file is for the command line: which files of its machine a server reads is not for whoever asks to say.
        model: Type.Optional(
          Type.String({
            pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}@[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
            description: '`M@V` or `M@alias`; that of the run where it is left out',
          }),
        ),
        reason: REASON,
      }),
    ),
    status: 202,
    answer: STARTED_RUN,
    async handle({ jobs, params: { job, run }, body, note }) {
      const { rows, model } = body ?? {};
      return startRun((await jobs()).replay(job, run, { rows, model }), note);
    },
  }),
];
