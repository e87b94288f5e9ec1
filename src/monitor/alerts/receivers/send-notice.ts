/** The receivers that there are, behind one door. */
import { errorNameOf } from '../../../core/error-text.ts';
import { assertNever } from '../../../core/errors.ts';
import type { ReceiverPolicy } from '../../policy/receivers.ts';
import { sendToAlertmanager } from './alertmanager.ts';
import { sendMail } from './email.ts';
import { sendToPagerDuty } from './pagerduty.ts';
import {
  type DeliveryOutcome,
  type OutgoingNotice,
  type ReceiverEnvironment,
  retryableFailure,
} from './receiver.ts';
import { sendRetrain } from './retrain.ts';
import { sendToSlack } from './slack.ts';
import { sendWebhook } from './webhook.ts';

/** Sends a notice once; whatever goes wrong is in the outcome. */
export async function sendNotice(
  policy: ReceiverPolicy,
  outgoing: OutgoingNotice,
  environment: ReceiverEnvironment,
): Promise<DeliveryOutcome> {
  try {
    return await dispatch(policy, outgoing, environment);
  } catch (error) {
    return retryableFailure(`the notice could not be made: ${errorNameOf(error)}`);
  }
}

function dispatch(
  policy: ReceiverPolicy,
  outgoing: OutgoingNotice,
  environment: ReceiverEnvironment,
): Promise<DeliveryOutcome> {
  switch (policy.kind) {
    case 'webhook':
      return sendWebhook(policy, outgoing, environment);
    case 'alertmanager':
      return sendToAlertmanager(policy, outgoing, environment);
    case 'slack':
      return sendToSlack(policy, outgoing, environment);
    case 'email':
      return sendMail(policy, outgoing, environment);
    case 'pagerduty':
      return sendToPagerDuty(policy, outgoing, environment);
    case 'retrain':
      return sendRetrain(policy, outgoing, environment);
    default:
      return assertNever(policy);
  }
}
