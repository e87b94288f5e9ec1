import { durationText } from '../../text/duration.ts';
import { shellWord } from '../../text/shell.ts';
import type { EndpointEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { DAY_MS, minuteText } from './times.ts';

/** Over a weekend a rollout may wait; what waits longer is forgotten. */
export const HELD_MOST = 3 * DAY_MS;

/** A rollout that waits for a person who does not come: two versions answer, or one is copied every request, meanwhile. */
export function stuckRollout({ name, held }: EndpointEvidence, now: number): Pitfall | null {
  if (held === null || now - held.since < HELD_MOST) return null;
  const { id, strategy, candidate, weight, since, isPaused, reason } = held;
  return {
    id: 'stuck-rollout',
    subject: { kind: 'endpoint', name },
    what: `Its rollout to version ${candidate} has waited for a person for ${durationText(now - since)}`,
    why: 'Both versions stay loaded and nothing more is decided: the next rollout cannot begin before this one is promoted or aborted',
    evidence: [
      `${id} (${strategy}) holds since ${minuteText(since)}, ${weight} % of units on version ${candidate}: ${reason}`,
    ],
    fix: `plimsoll rollout ${isPaused ? 'resume' : 'abort'} ${shellWord(name)}`,
    guide: 'docs/rollouts.md',
  };
}
