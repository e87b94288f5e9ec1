import type { Migration } from './migration.ts';

export const apiKeys: Migration = {
  name: 'api keys',
  statements: ({ text, integer, table, notifying }) => [
    `create table api_keys (
      id ${text} not null primary key, name ${text} not null, hash ${text} not null unique,
      scope ${text} not null, endpoints ${text} not null, created_at ${integer} not null,
      created_by ${text} not null, expires_at ${integer}, revoked_at ${integer}) ${table}`,
    'create index api_keys_name on api_keys (name)',
    ...notifying('api_keys'),
  ],
};
