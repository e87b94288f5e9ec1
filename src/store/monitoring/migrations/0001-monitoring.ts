import type { Migration } from '../../migrations/migration.ts';

export const monitoring: Migration = {
  name: 'monitoring',
  statements: ({ text, integer, bytes, numbered, table }) => [
    `create table monitors (
      endpoint ${text} not null primary key, policy ${text} not null, generation ${integer} not null,
      changed_at ${integer} not null, changed_by ${text} not null) ${table}`,

    `create table profiles (
      model ${text} not null, version ${integer} not null, profile ${text} not null,
      created_at ${integer} not null, primary key (model, version)) ${table}`,

    `create table blocks (key ${text} not null primary key, at ${integer} not null) ${table}`,
    'create index blocks_at on blocks (at)',

    `create table ticks (
      id ${numbered}, endpoint ${text} not null, model ${text} not null, version ${integer} not null,
      replica ${text} not null, at ${integer} not null, span ${integer} not null, rows ${integer} not null,
      counts ${bytes} not null, folded ${integer} not null) ${table}`,
    'create index ticks_endpoint on ticks (endpoint, at)',
    'create index ticks_at on ticks (at)',

    `create table segments (
      path ${text} not null primary key, replica ${text} not null, endpoint ${text} not null,
      "from" ${integer} not null, "to" ${integer} not null, rows ${integer} not null,
      bytes ${integer} not null) ${table}`,
    'create index segments_endpoint on segments (endpoint, "from")',

    `create table memories (
      kind ${text} not null, name ${text} not null, body ${text} not null, changed_at ${integer} not null,
      primary key (kind, name)) ${table}`,

    `create table alerts (
      fingerprint ${text} not null primary key, endpoint ${text} not null, state ${text} not null,
      body ${text} not null) ${table}`,
    'create index alerts_endpoint on alerts (endpoint, fingerprint)',

    `create table alert_events (
      id ${numbered}, fingerprint ${text} not null, at ${integer} not null, what ${text} not null,
      body ${text} not null) ${table}`,
    'create index alert_events_fingerprint on alert_events (fingerprint, id)',
    'create index alert_events_at on alert_events (at)',

    `create table deliveries (
      id ${text} not null primary key, receiver ${text} not null, group_key ${text} not null,
      body ${text} not null, state ${text} not null, attempts ${integer} not null,
      not_before ${integer} not null, error ${text}, created_at ${integer} not null,
      receipt ${text} not null) ${table}`,
    'create index deliveries_state on deliveries (state, not_before, id)',
    'create index deliveries_group on deliveries (receiver, group_key, created_at)',

    `create table cohorts (
      endpoint ${text} not null, version ${integer} not null, "from" ${integer} not null,
      "to" ${integer} not null, revision ${integer} not null, computed_at ${integer} not null,
      body ${text} not null, primary key (endpoint, "from", version, revision)) ${table}`,

    `create table claims (
      what ${text} not null primary key, holder ${text}, token ${integer} not null,
      expires_at ${integer} not null) ${table}`,
  ],
};
