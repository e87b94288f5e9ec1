import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readResponse, sendRequest } from '../../http/client.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';
import type { BenchSubject } from './bench-subject.ts';

const IDLE_MILLIS = 60_000;
const ANSWER_BYTES = 64 * 2 ** 20;
const SAID_CHARACTERS = 300;

/** Sends one request, before many of them are sent. Throws CONTROL_UNREACHABLE, and LOAD_REFUSED for an answer that is no 2xx. */
export async function requireAnswer({ url, target, request }: BenchSubject): Promise<void> {
  const { method, headers, bodies } = request;
  let status: number;
  let text: string;
  try {
    const answer = await sendRequest(url, {
      ...{ method, headers, body: bodies[0]!, idleMillis: IDLE_MILLIS },
      // The address that was looked up, and no other one.
      lookup: (_host, { all }, found) => {
        const address = target.address ?? target.host;
        const family = address.includes(':') ? 6 : 4;
        if (all) found(null, [{ address, family }]);
        else found(null, address, family);
      },
    });
    status = answer.statusCode;
    text = (await readResponse(answer, ANSWER_BYTES)).toString();
  } catch (error) {
    throw new PlimsollError('CONTROL_UNREACHABLE', { address: url.origin, reason: messageOf(error) });
  }
  if (status >= 200 && status < 300) return;
  throw new PlimsollError('LOAD_REFUSED', {
    url: url.href,
    status,
    said: printable(truncate(text.trim(), SAID_CHARACTERS)) || 'nothing',
  });
}
