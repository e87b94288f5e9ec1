/** Every migration of monitoring, in order: version n of its schema is made by the n-th. */
import type { Migration } from '../../migrations/migration.ts';
import { monitoring } from './0001-monitoring.ts';
import { labels } from './0002-labels.ts';
import { labelsByRequest } from './0003-labels-by-request.ts';

export const MONITORING_MIGRATIONS: readonly Migration[] = [monitoring, labels, labelsByRequest];
