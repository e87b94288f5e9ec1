import type { Migration } from './migration.ts';

/** Null of answers that were kept before, and of requests without the header that a rollout asks for. */
export const segmentsOfAnswers: Migration = {
  name: 'segments of answers',
  statements: ({ text }) => [`alter table answers add column segment ${text}`],
};
