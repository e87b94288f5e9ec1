/** A JSON body to an address that may be a secret, signed if there is a secret to sign with. */
import { outcomeOf, post } from './http.ts';
import { failed, type Outcome, type Outgoing, type Surroundings } from './receiver.ts';
import { redacted, resolveSecret, resolveText } from './secrets.ts';
import { SIGNATURE_HEADER, signatureOf } from './signature.ts';

export async function sendSigned(
  { url, secret }: { readonly url: string; readonly secret: string | null },
  body: string,
  { notice, at }: Outgoing,
  surroundings: Surroundings,
): Promise<Outcome> {
  const address = await resolveText(url, surroundings);
  if (!address.ok) return failed(address.problem);
  const key = secret === null ? null : await resolveSecret(secret, surroundings);
  if (key !== null && !key.ok) return failed(key.problem);
  const headers = {
    'idempotency-key': notice.id,
    ...(key === null ? {} : { [SIGNATURE_HEADER]: signatureOf(body, key.value, at) }),
  };
  const outcome = outcomeOf(await post({ url: address.value, body, headers, at }, surroundings));
  return { ...outcome, detail: redacted(outcome.detail, key === null ? [] : [key.value]) };
}
