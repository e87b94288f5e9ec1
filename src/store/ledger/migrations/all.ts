/** Every migration of the ledger, in order: version n of its schema is made by the n-th. */
import type { Migration } from '../../migrations/migration.ts';
import { jobs } from './0001-jobs.ts';

export const LEDGER_MIGRATIONS: readonly Migration[] = [jobs];
