/** Every migration, in order: version n of the schema is made by the n-th. */
import { versionsAndRollouts } from './0001-versions-and-rollouts.ts';
import { replicas } from './0002-replicas.ts';
import { apiKeys } from './0003-api-keys.ts';
import { segmentsOfAnswers } from './0004-segments-of-answers.ts';
import { rolloutsByTime } from './0005-rollouts-by-time.ts';
import { traffic } from './0006-traffic.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  versionsAndRollouts,
  replicas,
  apiKeys,
  segmentsOfAnswers,
  rolloutsByTime,
  traffic,
];
