import type { Migration } from './migration.ts';

export const versionsAndRollouts: Migration = {
  name: 'versions and rollouts',
  statements: ({ text, integer, bytes, numbered, table }) => [
    `create table versions (
      model ${text} not null, version ${integer} not null, digest ${text} not null, state ${text} not null,
      file ${text} not null, checks ${text} not null, labels ${text} not null, note ${text} not null,
      created_at ${integer} not null, created_by ${text} not null,
      primary key (model, version)) ${table}`,
    'create index versions_digest on versions (model, digest, version)',

    `create table aliases (
      model ${text} not null, alias ${text} not null, version ${integer} not null,
      primary key (model, alias),
      foreign key (model, version) references versions (model, version)) ${table}`,

    `create table endpoints (
      name ${text} not null primary key, model ${text} not null, generation ${integer} not null,
      route ${text} not null, stable ${integer} not null, previous ${integer}, rollout ${text},
      created_at ${integer} not null) ${table}`,

    `create table routes (
      endpoint ${text} not null references endpoints (name), generation ${integer} not null,
      route ${text} not null, at ${integer} not null, "by" ${text} not null, reason ${text} not null,
      primary key (endpoint, generation)) ${table}`,

    `create table rollouts (
      id ${text} not null primary key, endpoint ${text} not null, strategy ${text} not null,
      candidate ${integer} not null, stable ${integer} not null,
      candidate_digest ${text} not null, stable_digest ${text} not null, policy_hash ${text} not null,
      policy ${text} not null, seed ${integer} not null, reason ${text} not null, "by" ${text} not null,
      started_at ${integer} not null, ended_at ${integer}, state ${text} not null,
      rolled_back_automatically ${integer} not null) ${table}`,
    'create unique index rollouts_running on rollouts (endpoint) where ended_at is null',
    'create index rollouts_listed on rollouts (endpoint, started_at, id)',

    `create table rollout_events (
      rollout ${text} not null, seq ${integer} not null, at ${integer} not null, kind ${text} not null,
      body ${text} not null, units ${bytes},
      primary key (rollout, seq)) ${table}`,
    'create index rollout_events_units on rollout_events (rollout) where units is not null',

    `create table rollout_actions (
      id ${text} not null primary key, rollout ${text} not null, seq ${integer} not null, body ${text} not null,
      generation ${integer}, verdict ${text} not null, reason ${text} not null, fence ${integer} not null,
      decided_at ${integer} not null, applied_at ${integer}, position ${integer} not null,
      unique (rollout, position)) ${table}`,

    `create table answers (
      rollout ${text} not null, request_id ${text} not null, unit ${text}, arm ${integer} not null,
      "window" ${integer} not null, at ${integer} not null, answer ${text} not null,
      primary key (rollout, request_id)) ${table}`,
    'create index answers_window on answers (rollout, "window", request_id)',
    'create index answers_at on answers (at)',
    'create index answers_unit on answers (rollout, unit, "window")',

    `create table feedback (
      id ${numbered}, endpoint ${text} not null, request_id ${text}, unit ${text}, metric ${text} not null,
      value ${text} not null, at ${integer} not null, received_at ${integer} not null) ${table}`,
    'create index feedback_request on feedback (endpoint, request_id, metric, id)',
    'create index feedback_metric on feedback (endpoint, metric, at)',
    'create index feedback_unit on feedback (endpoint, unit, metric, id)',
    'create index feedback_received on feedback (received_at)',

    `create table audit (
      seq ${integer} not null primary key, previous ${text} not null unique, hash ${text} not null,
      at ${integer} not null, "by" ${text} not null, what ${text} not null, subject ${text} not null,
      body ${text} not null) ${table}`,
    'create index audit_subject on audit (subject, seq)',

    `create table owners (
      scope ${text} not null primary key, holder ${text}, token ${integer} not null,
      expires_at ${integer} not null) ${table}`,

    `create table idempotency (
      key ${text} not null primary key, fingerprint ${text} not null, status ${integer} not null,
      body ${text} not null, at ${integer} not null) ${table}`,
    'create index idempotency_at on idempotency (at)',
  ],
};
