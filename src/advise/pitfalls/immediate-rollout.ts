import { countText } from '../../text/count.ts';
import { shellWord } from '../../text/shell.ts';
import type { EndpointEvidence, LateRollout } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { DAY_MS, minuteText } from './times.ts';

/** A release a month is common: what was done longer ago is no habit. */
export const IMMEDIATE_WITHIN = 30 * DAY_MS;
/** Named one by one. */
const TOLD = 3;

/** A version that took all traffic at once from another, and no staged rollout since. Pure. */
export function immediateRollout(
  { name, model, waiting, rollouts }: EndpointEvidence,
  now: number,
): Pitfall | null {
  const lately = rollouts.filter(({ startedAt }) => startedAt > now - IMMEDIATE_WITHIN);
  const staged = lately.findIndex(({ strategy }) => strategy !== 'immediate');
  const since = (staged < 0 ? lately : lately.slice(0, staged)).filter(
    ({ candidate, stable }) => candidate !== stable,
  );
  if (since.length === 0) return null;
  const more =
    since.length > TOLD ? [`and ${countText(since.length - TOLD, 'more of these', 'more of these')}`] : [];
  return {
    id: 'immediate-rollout',
    subject: { kind: 'endpoint', name },
    what: `Everybody got ${model}@${since[0]?.candidate} at once`,
    why: 'A version that is worse is worse for everybody until somebody notices; a canary is rolled back by evidence after a few hundred units',
    evidence: [...since.slice(0, TOLD).map(told), ...more],
    fix: fixFor(name, model, waiting),
    guide: 'docs/rollouts.md',
  };
}

const told = ({ candidate, stable, startedAt, by, id }: LateRollout): string =>
  `${minuteText(startedAt)}: version ${candidate} replaced ${stable} immediately, by ${by} (${id})`;

const fixFor = (name: string, model: string, waiting: number | null): string =>
  waiting === null
    ? `plimsoll push NEXT_FILE --name ${shellWord(model)} --rollout canary`
    : `plimsoll rollout start ${shellWord(name)} --to ${waiting} --strategy canary`;
