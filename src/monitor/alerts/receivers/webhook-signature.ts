/** Signed bodies: whoever knows the secret can tell that a body is ours, and when it was sent. */
import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-plimsoll-signature';

/** `t=SECONDS,v1=HEX`: HMAC-SHA256, by the secret, of the seconds since the epoch, a full stop, and the body. */
export function webhookSignature(body: string, secret: string, at: number): string {
  const seconds = Math.floor(at / 1000);
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hex}`;
}
