/** The test button: a notice that says that it is a test, and how the other side answered. */
import { randomUUID } from 'node:crypto';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import type { AlertLabels } from './alert.ts';
import type { AlertNotice } from './alert-notice.ts';
import { alertFingerprint, alertGroupKey, alertGroupLabels } from './fingerprint.ts';
import type { ReceiverEnvironment } from './receivers/receiver.ts';
import { sendNotice } from './receivers/send-notice.ts';

export interface ReceiverTest {
  readonly endpoint: string;
  readonly model: string;
  /** Name of the receiver, and what it is. */
  readonly name: string;
  readonly receiver: ReceiverPolicy;
  readonly now: number;
  readonly surroundings: ReceiverEnvironment;
}

/**
 * Sends a test notice at once, past the outbox. What the other side has written is not told: whoever may choose the address
 * could otherwise read with it what only this machine reaches.
 */
export async function testReceiver(
  test: ReceiverTest,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const outgoing = { notice: testNotice(test), receipt: null, at: test.now };
  const { ok, detail } = await sendNotice(test.receiver, outgoing, test.surroundings);
  return { ok, detail: withoutAnswer(detail, test.receiver.kind) };
}

/** The status of an answer, or the code of what went wrong with a mail; everything else is in our own words. */
function withoutAnswer(detail: string, kind: ReceiverPolicy['kind']): string {
  const status = /^answered \d{3}/.exec(detail)?.[0];
  if (status !== undefined)
    return /redirects are not followed$/.exec(detail) ? `${status}; redirects are not followed` : status;
  const code = kind === 'email' ? /^([A-Z]{3,}|failed): /.exec(detail)?.[1] : undefined;
  return code === undefined
    ? detail
    : `the mail was not taken (${code}); the log of the mail server says why`;
}

function testNotice({ endpoint, model, name, now }: ReceiverTest): AlertNotice {
  const labels: AlertLabels = { alertname: 'ReceiverTest', model, endpoint };
  return {
    schema: 1,
    id: randomUUID().replaceAll('-', ''),
    endpoint,
    receiver: name,
    groupKey: alertGroupKey(labels),
    groupLabels: alertGroupLabels(labels),
    reason: 'test',
    status: 'firing',
    at: now,
    incident: now,
    features: null,
    alerts: [
      {
        fingerprint: alertFingerprint(labels),
        labels,
        severity: 'info',
        status: 'firing',
        startsAt: now,
        endsAt: null,
        known: true,
        flaps: 0,
        acknowledgedBy: null,
        changed: true,
        told: {
          sentence: `This is a test of receiver "${name}" of ${endpoint}: nothing is wrong`,
          advice: 'Nothing',
          value: null,
          threshold: null,
          traffic: null,
          histogram: { bins: ['≤ 1', '≤ 2', '> 2'], reference: [20, 60, 20], current: [10, 30, 60] },
          details: {},
        },
      },
    ],
    truncated: 0,
  };
}
