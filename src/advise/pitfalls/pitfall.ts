/** What commonly goes wrong with models in production, found in the records of an installation. Pure. */
import type { Static } from 'typebox';
import { anyText, choice, described, list, nullable, shape } from '../../schema/value-schema.ts';

const PITFALLS = [
  'no-reference',
  'no-labels',
  'no-receiver',
  'immediate-rollout',
  'stuck-rollout',
  'unpinned-pickle',
  'code-missing',
  'never-proved-clean',
  'burst-endpoint',
  'tiny-batches',
] as const;
export type PitfallId = (typeof PITFALLS)[number];

const SUBJECT = shape({ kind: choice(['endpoint', 'version', 'job']), name: anyText });
export type PitfallSubject = Static<typeof SUBJECT>;

const PITFALL = shape({
  id: choice(PITFALLS),
  subject: described(SUBJECT, 'Where it is; a version as `M@V`'),
  what: described(anyText, 'What is wrong, in a sentence'),
  why: described(anyText, 'What it leads to'),
  evidence: described(list(anyText), 'From the records: what was seen, when, how often'),
  fix: described(anyText, 'The command that mends it; words in capitals are for who runs it to fill in'),
  guide: described(nullable(anyText), 'Page of the documentation'),
});
export type Pitfall = Static<typeof PITFALL>;

export const PITFALL_REPORT = shape({
  pitfalls: described(list(PITFALL), 'Those of endpoints first, then of versions and jobs'),
  looked: described(list(SUBJECT), 'What was looked at'),
  passedOver: described(list(anyText), 'What could not be looked at, and why'),
});
export type PitfallReport = Static<typeof PITFALL_REPORT>;
