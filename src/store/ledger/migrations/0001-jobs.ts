import type { Migration } from '../../migrations/migration.ts';

export const jobs: Migration = {
  name: 'jobs',
  statements: ({ text, integer, table }) => [
    `create table jobs (
      name ${text} not null primary key, spec ${text} not null, schedule ${text} not null,
      paused ${integer} not null, memory ${text} not null, generation ${integer} not null,
      created_at ${integer} not null, created_by ${text} not null) ${table}`,

    `create table runs (
      id ${text} not null primary key, job ${text} not null references jobs (name), number ${integer} not null,
      cause ${text} not null, due ${text} not null, spec ${text} not null, state ${text} not null,
      attempt ${integer} not null, created_at ${integer} not null, started_at ${integer}, ended_at ${integer},
      not_before ${integer} not null, holder ${text}, fence ${integer} not null, lease_until ${integer} not null,
      fingerprint ${text}, facts ${text} not null, plan ${text} not null, receipt ${text} not null,
      error ${text} not null, progress ${text} not null,
      unique (job, due), unique (job, number)) ${table}`,
    `create index runs_open on runs (created_at, id)
      where state in ('queued', 'planning', 'running', 'publishing', 'held')`,
    "create index runs_done on runs (job, number) where state = 'done'",

    `create table pieces (
      run ${text} not null references runs (id), path ${text} not null, piece ${integer} not null,
      digest ${text} not null, primary key (run, path, piece)) ${table}`,

    `create table chunks (
      run ${text} not null references runs (id), chunk ${integer} not null, account ${text} not null,
      primary key (run, chunk)) ${table}`,
  ],
};
