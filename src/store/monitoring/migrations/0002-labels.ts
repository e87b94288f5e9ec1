import type { Migration } from '../../migrations/migration.ts';

export const labels: Migration = {
  name: 'labels',
  statements: ({ text, integer, table }) => [
    // Numbered where they were received: the same one taken in twice is there once.
    `create table labels (
      id ${integer} not null primary key, endpoint ${text} not null, request_id ${text}, unit ${text},
      metric ${text} not null, value ${text} not null, at ${integer} not null,
      received_at ${integer} not null) ${table}`,
    'create index labels_metric on labels (endpoint, metric, id)',
    'create index labels_received on labels (received_at)',
  ],
};
