import type { Migration } from './migration.ts';

/** Rollouts of all endpoints are listed, the newest first. */
export const rolloutsByTime: Migration = {
  name: 'rollouts by time',
  statements: () => ['create index rollouts_by_time on rollouts (started_at, id)'],
};
