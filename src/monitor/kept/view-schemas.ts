/** What is told of the counts that were kept: of one feature over time, and of what another policy would have said. */
import type { Static } from 'typebox';
import { computedNumber } from '../../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  shape,
} from '../../schema/value-schema.ts';

const EFFECT = shape({
  unit: choice(['psi', 'share']),
  value: computedNumber,
  low: computedNumber,
  high: computedNumber,
});

export const DRIFT_HISTORY = shape({
  endpoint: anyText,
  version: anyInteger,
  feature: anyText,
  side: choice(['input', 'output']),
  step: described(anyInteger, 'Milliseconds that each point stands for'),
  points: list(
    shape({
      at: epochMillis,
      rows: anyInteger,
      effect: EFFECT,
      missing: computedNumber,
      unseen: computedNumber,
      beyond: described(computedNumber, 'Share of rows beyond the least or the greatest of the reference'),
    }),
  ),
});

const OUTCOME = shape({
  fired: described(anyInteger, 'Times that alerts would have fired'),
  episodes: described(
    list(
      shape({
        fingerprint: anyText,
        alertname: anyText,
        feature: nullable(anyText),
        severity: choice(['page', 'ticket', 'info']),
        firedAt: epochMillis,
        endedAt: nullable(described(epochMillis, 'Null: it would still fire at the end')),
        sentence: anyText,
        value: nullable(anyNumber),
        threshold: nullable(anyNumber),
      }),
    ),
    'The first 300 of them',
  ),
  notices: described(
    list(shape({ receiver: anyText, notices: anyInteger })),
    'Messages that receivers would have been sent',
  ),
  falseAlarms: described(computedNumber, 'Alarms that the policy accepts in such a span without any change'),
});

export const POLICY_REPLAY = shape({
  from: described(epochMillis, 'First count that was replayed; 0 where there was none'),
  to: epochMillis,
  rows: anyInteger,
  skipped: described(anyInteger, 'Rows that were counted against another reference'),
  isWhole: described(flag, 'False where time ran out before the end of the span'),
  present: described(OUTCOME, 'By the policy in force'),
  changed: described(OUTCOME, 'By the policy that was sent'),
  notes: described(list(anyText), 'What of the change cannot be replayed'),
});

export const REPLAY_STATE = shape({
  state: choice(['running', 'done', 'failed']),
  share: described(computedNumber, 'Of the span, 0 to 1'),
  rows: anyInteger,
  result: nullable(POLICY_REPLAY),
  error: nullable(shape({ code: anyText, message: anyText, hint: anyText })),
});

export type DriftHistory = Static<typeof DRIFT_HISTORY>;
export type PolicyReplayView = Static<typeof POLICY_REPLAY>;
export type ReplayState = Static<typeof REPLAY_STATE>;

/** How far a replay has come. */
export interface ReplayProgress {
  /** Of the span, 0 to 1. */
  readonly share: number;
  readonly rows: number;
}
