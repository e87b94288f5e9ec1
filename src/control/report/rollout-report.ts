/**
 * The account of a rollout that can be checked by a stranger: what was counted in every window, what was decided, and
 * the policy in full. `examples/verify-evidence.mjs` checks it offline.
 */
import { PlimsollError } from '../../core/errors.ts';
import { parseWindowJson } from '../../rollout/collect/window-json.ts';
import { type RecordingLine, recordingLine } from '../../rollout/recording.ts';
import type {
  ActionRow,
  Page,
  PageRequest,
  RolloutEventRow,
  RolloutRow,
  Rollouts,
} from '../../store/store.ts';
import { rolloutEvents } from '../rollouts/rollout-events.ts';
import type { RolloutSnapshot } from '../rollouts/rollout-snapshot.ts';

export const EVIDENCE_TYPE = 'application/vnd.plimsoll.rollout+json';

export interface RolloutReport {
  readonly schema: 1;
  readonly rollout: RolloutRow;
  /** With every default. */
  readonly policy: unknown;
  readonly windows: readonly RecordingLine[];
  /** What people said, and when (milliseconds since the epoch). */
  readonly commands: readonly { readonly seq: number; readonly at: number; readonly command: unknown }[];
  readonly decisions: readonly Omit<ActionRow, 'rollout' | 'fence'>[];
  readonly marks: unknown;
  readonly outcome: {
    readonly state: string;
    readonly verdict: string;
    readonly reason: string;
    readonly evidence: unknown;
    /** Until the last request, also of those after the decision. */
    readonly harmedUnits: number;
    /** Whether no more is to come: the rollout is over, and all workers have told of their last requests under it. */
    readonly isFinal: boolean;
    /** Units that each arm answered until the last request, each once, and those of them that it failed. */
    readonly arms: readonly { readonly name: string; readonly units: number; readonly failures: number }[];
  };
}

export async function rolloutReport(
  rollouts: Rollouts,
  { row, status, verdict, reason, policy, marks, plan, totals, isFinal }: RolloutSnapshot,
): Promise<RolloutReport> {
  const windows: RecordingLine[] = [];
  const commands: { seq: number; at: number; command: unknown }[] = [];
  for await (const event of rolloutEvents(rollouts, row.id)) {
    if (event.kind === 'window') windows.push(lineOf(event));
    if (event.kind === 'command') commands.push({ seq: event.seq, at: event.at, command: event.body });
  }
  const actions = await rollouts.actions(row.id);
  return {
    schema: 1,
    rollout: row,
    policy,
    windows,
    commands,
    decisions: actions.map(({ rollout: _, fence: __, ...action }) => action),
    marks,
    outcome: {
      state: status.state,
      verdict,
      reason,
      evidence: status.evidence,
      harmedUnits: status.harmedUnits,
      isFinal,
      arms: plan.arms.map((name, i) => {
        const { units = 0, failures = 0 } = totals.arms[i] ?? {};
        return { name, units, failures };
      }),
    },
  };
}

/** Closed windows as lines of a recording, a part of them at a time; the cursor is the number of an event. */
export async function windowLines(
  rollouts: Rollouts,
  id: string,
  { limit = 100, cursor = '0' }: PageRequest,
): Promise<Page<RecordingLine>> {
  const found: RecordingLine[] = [];
  for await (const event of rolloutEvents(rollouts, id, eventNumber(cursor))) {
    if (event.kind !== 'window') continue;
    if (found.length === limit) return { items: found, next: String(event.seq) };
    found.push(lineOf(event));
  }
  return { items: found, next: null };
}

function lineOf({ body }: RolloutEventRow): RecordingLine {
  const closed = parseWindowJson(body);
  return recordingLine(closed, new Date(closed.start).toISOString());
}

function eventNumber(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new PlimsollError('PAGE_INVALID', {
    field: 'cursor',
    found: JSON.stringify(cursor.slice(0, 40)),
    wanted: 'one that the part before it gave as "next"',
  });
}
