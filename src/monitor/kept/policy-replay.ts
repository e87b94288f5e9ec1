/**
 * What another policy would have said of the rows that came, beside the one in force: both go over the counts that the watch has kept
 * of them, by the watch's own detectors, rules and alerts. Detectors begin anew with the first count, for both alike.
 */
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { type MonitorPolicy, parseMonitor } from '../policy/policy.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { type KeptTick, keptTicks } from './kept-ticks.ts';
import { type PolicyOutcome, PolicyRun } from './policy-run.ts';
import type { ReplayProgress } from './view-schemas.ts';

export interface PolicyReplayRequest {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** The changed policy, as people write it. */
  readonly document: unknown;
  readonly from: number;
  readonly to: number;
}

export interface PolicyReplay {
  /** First and last count that was replayed, in milliseconds since the epoch; both 0 where there was none. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Rows counted against another reference: they cannot be compared. */
  readonly skipped: number;
  /** False where time ran out: the rest of the span was not replayed. */
  readonly isWhole: boolean;
  readonly present: PolicyOutcome;
  readonly changed: PolicyOutcome;
  /** What of the change cannot be replayed, in sentences. */
  readonly notes: readonly string[];
}

export interface ReplaySurroundings {
  readonly store: Pick<MonitoringStore, 'ticks' | 'profile' | 'monitor'>;
  /** Whether it is to stop with what there is. */
  readonly isOver: () => boolean;
  /** Called now and then; what it throws ends the replay. */
  readonly onProgress: (progress: ReplayProgress) => void;
}

/** Counts that came within so many milliseconds are looked at together, as a watch that is not in a hurry does. */
const STEP_MS = 60_000;

/** Throws MONITOR_INVALID where the document is no policy. */
export async function replayPolicies(
  { store, isOver, onProgress }: ReplaySurroundings,
  { endpoint, model, version, document, ...range }: PolicyReplayRequest,
): Promise<PolicyReplay> {
  const changed = parseMonitor(endpoint, document);
  const present = parseMonitor(endpoint, (await store.monitor(endpoint))?.policy ?? {});
  const notes = unreplayed(present, changed);
  const row = await store.profile(model, version);
  const profile = row?.profile as ReferenceProfile | undefined;
  const seen = { from: 0, to: 0, rows: 0, skipped: 0, isWhole: true };
  if (row === null || profile === undefined) return { ...seen, ...resultsOf([], 0), notes };
  const known = { profile, createdAt: row.createdAt, counter: new BinCounter(profile) };
  const runs = [present, changed].map((policy) => new PolicyRun({ endpoint, model, version, known, policy }));
  for await (const step of steps(keptTicks(store, { ...range, endpoint, version }))) {
    if (isOver()) {
      seen.isWhole = false;
      break;
    }
    const fitting = step.ticks.filter(({ tick }) => tick.profile === known.createdAt);
    const rowsIn = (ticks: readonly KeptTick[]): number =>
      ticks.reduce((sum, { tick }) => sum + tick.counts.rows, 0);
    seen.skipped += rowsIn(step.ticks) - rowsIn(fitting);
    if (fitting.length === 0) continue;
    for (const run of runs) await run.add(fitting, step.to);
    seen.rows += rowsIn(fitting);
    seen.from ||= step.from;
    seen.to = step.to;
    onProgress({ share: Math.min(1, (step.to - range.from) / (range.to - range.from)), rows: seen.rows });
  }
  if (seen.isWhole) for (const run of runs) await run.lookUntil(range.to);
  return { ...seen, ...resultsOf(runs, seen.to - seen.from), notes };
}

function resultsOf(
  [present, changed]: readonly PolicyRun[],
  span: number,
): Pick<PolicyReplay, 'present' | 'changed'> {
  const none: PolicyOutcome = { fired: 0, episodes: [], notices: [], falseAlarms: 0 };
  return { present: present?.outcome(span) ?? none, changed: changed?.outcome(span) ?? none };
}

interface ReplayStep {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly KeptTick[];
}

async function* steps(ticks: AsyncIterable<KeptTick>): AsyncGenerator<ReplayStep> {
  let held: KeptTick[] = [];
  const [slotOf, stepOf] = [
    ({ at }: KeptTick) => Math.floor(at / STEP_MS),
    (of: readonly KeptTick[]): ReplayStep => ({
      from: Math.min(...of.map(({ at }) => at)),
      to: Math.max(...of.map(({ at, span }) => at + span)),
      ticks: of,
    }),
  ];
  for await (const tick of ticks) {
    const [first] = held;
    if (first !== undefined && slotOf(first) !== slotOf(tick)) {
      yield stepOf(held);
      held = [];
    }
    held.push(tick);
  }
  if (held.length > 0) yield stepOf(held);
}

function unreplayed(present: MonitorPolicy, changed: MonitorPolicy): readonly string[] {
  const differs = (part: (policy: MonitorPolicy) => unknown): boolean =>
    JSON.stringify(part(present)) !== JSON.stringify(part(changed));
  const notes: readonly (readonly [boolean, string])[] = [
    [
      differs(({ drift }) => drift.season),
      'Hours of the week have bins of their own: what they would have said cannot be told from counts without them.',
    ],
    [
      differs(({ accuracy }) => accuracy),
      'Accuracy is not replayed: its cohorts are judged anew within minutes of the change.',
    ],
    [
      differs(({ operations }) => operations),
      'Failures and durations of requests are not kept, so that rules of operations are not replayed.',
    ],
    [
      differs(({ log }) => [log.sample, log.maxRate, log.redact]),
      'What is captured is replayed as it was captured then.',
    ],
  ];
  return notes.flatMap(([isTrue, note]) => (isTrue ? [note] : []));
}
