/** What a replay found, in words and as lanes. Pure. */
import type { PolicyReplay } from '../../api/policy-replay.ts';
import { countWords, durationWords, plural } from '../../facts/words.ts';

type Outcome = PolicyReplay['present'];
type Episode = Outcome['episodes'][number];

const timesWords = (count: number): string => (count === 1 ? 'once' : `${countWords(count)} times`);

/** `The changed policy would have fired once, the one in force 3 times, in 12 d and 40,000 rows.` */
export function verdictWords({ from, to, rows, present, changed }: PolicyReplay): string {
  if (rows === 0) return 'No rows are kept against this reference: there is nothing to replay.';
  const fired = (outcome: Outcome): string => (outcome.fired === 0 ? 'never' : timesWords(outcome.fired));
  const within = `in ${durationWords(Math.max(60_000, to - from))} and ${countWords(rows)} rows`;
  return `The changed policy would have fired ${fired(changed)}, the one in force ${fired(present)}, ${within}.`;
}

/** How many of them may be false by the budgets. */
export const budgetWords = ({ present, changed }: PolicyReplay): string =>
  `Without any change of the data at most ${figure(changed.falseAlarms)} alarms of drift are to be expected of the changed policy in such a span, ${figure(present.falseAlarms)} of the one in force.`;

const figure = (count: number): string =>
  count < 0.01 ? 'less than 0.01' : String(Number(count.toPrecision(2)));

export function noticeWords({ notices }: Outcome): string {
  if (notices.length === 0) return 'nobody would have been told';
  return notices
    .map(({ receiver, notices: sent }) => `${receiver} would have got ${plural(sent, 'message')}`)
    .join(', ');
}

/** The same rule for the same column under both policies. */
export interface ReplayLane {
  readonly key: string;
  readonly name: string;
  readonly present: readonly Episode[];
  readonly changed: readonly Episode[];
  /** What is said of it first. */
  readonly sentence: string;
  /** Under which policies it fires. */
  readonly by: 'both' | 'present' | 'changed';
}

const ORDER = ['changed', 'present', 'both'];

/** What one of the policies alone tells comes first. */
export function lanesOf({ present, changed }: PolicyReplay): readonly ReplayLane[] {
  const all = [...present.episodes, ...changed.episodes];
  const keys = [...new Set(all.map(({ fingerprint }) => fingerprint))];
  return keys
    .map((key): ReplayLane => {
      const [own, other] = [present, changed].map(({ episodes }) =>
        episodes.filter(({ fingerprint }) => fingerprint === key),
      ) as [Episode[], Episode[]];
      const { alertname = '', feature = null, sentence = '' } = own[0] ?? other[0] ?? {};
      return {
        key,
        name: feature === null ? alertname : `${alertname} of ${feature}`,
        ...{ present: own, changed: other, sentence },
        by: own.length > 0 && other.length > 0 ? 'both' : own.length > 0 ? 'present' : 'changed',
      };
    })
    .toSorted((a, b) => ORDER.indexOf(a.by) - ORDER.indexOf(b.by));
}
