/** A JSON body to an address that may be a secret, signed if there is a secret to sign with. */
import { deliveryOutcome, post } from './http.ts';
import {
  type DeliveryOutcome,
  type OutgoingNotice,
  type ReceiverEnvironment,
  retryableFailure,
} from './receiver.ts';
import { redactSecrets, resolveSecret, resolveText } from './secrets.ts';
import { SIGNATURE_HEADER, webhookSignature } from './webhook-signature.ts';

export async function sendSigned(
  { url, secret }: { readonly url: string; readonly secret: string | null },
  body: string,
  { notice, at }: OutgoingNotice,
  environment: ReceiverEnvironment,
): Promise<DeliveryOutcome> {
  const address = await resolveText(url, environment);
  if (!address.ok) return retryableFailure(address.problem);
  const key = secret === null ? null : await resolveSecret(secret, environment);
  if (key !== null && !key.ok) return retryableFailure(key.problem);
  const headers = {
    'idempotency-key': notice.id,
    ...(key === null ? {} : { [SIGNATURE_HEADER]: webhookSignature(body, key.value, at) }),
  };
  const outcome = deliveryOutcome(await post({ url: address.value, body, headers, at }, environment));
  return { ...outcome, detail: redactSecrets(outcome.detail, key === null ? [] : [key.value]) };
}
