import type { Migration } from '../../migrations/migration.ts';

export const labelsByRequest: Migration = {
  name: 'labels by request',
  statements: () => ['create index labels_request on labels (request_id)'],
};
