/** Requests to receivers: no redirects, a time limit, and no more of the answer than is shown. */
import { errorNameOf, messageOf, systemCodeOf } from '../../../core/error-text.ts';
import { isPlimsollError } from '../../../core/errors.ts';
import { type ClientResponse, retryAfterMillis } from '../../../http/client.ts';
import { sendOutbound } from '../../../http/outbound.ts';
import {
  type DeliveryOutcome,
  permanentFailure,
  type ReceiverEnvironment,
  retryableFailure,
} from './receiver.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 65_536;
/** Characters of an answer that are shown. */
const MAX_SHOWN = 300;
/** Nobody is waited for longer than that. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** What is worth another try although it is a refusal. */
const PASSING = new Set([408, 425, 429]);

export type ReceiverResponse =
  | { readonly ok: true; readonly status: number; readonly text: string; readonly retryAfter: number | null }
  | { readonly ok: false; readonly reason: string };

export interface ReceiverRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
}

/** The address, if it is one that may be called, or what is wrong with it, without showing it. */
export function parseReceiverUrl(text: string): URL | string {
  if (!URL.canParse(text)) return 'its address is none';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `its address begins with ${url.protocol}, http: or https: was wanted`;
  }
  if (url.username !== '' || url.password !== '') return 'its address has a password in it';
  return url;
}

export async function post(
  request: ReceiverRequest,
  { timeoutMillis = TIMEOUT_MS }: ReceiverEnvironment,
): Promise<ReceiverResponse> {
  const url = parseReceiverUrl(request.url);
  if (typeof url === 'string') return { ok: false, reason: url };
  try {
    const answer = await sendOutbound(url, {
      method: 'POST',
      body: request.body,
      headers: { 'content-type': 'application/json', 'user-agent': 'plimsoll', ...request.headers },
      signal: AbortSignal.timeout(timeoutMillis),
    });
    return {
      ok: true,
      status: answer.statusCode,
      text: await beginningOf(answer),
      retryAfter: retryAfterMillis(answer.headers['retry-after'], request.at, RETRY_AFTER_MAX_MS),
    };
  } catch (error) {
    return { ok: false, reason: reasonOf(error, url.host, timeoutMillis) };
  }
}

/** No more than 64 KiB are read, whatever the length of the answer. */
async function beginningOf(body: ClientResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    text += decoder.decode(chunk.subarray(0, Math.max(0, MAX_ANSWER - bytes + chunk.length)), {
      stream: true,
    });
    if (bytes >= MAX_ANSWER) break;
  }
  return text;
}

function reasonOf(error: unknown, host: string, timeoutMillis: number): string {
  if (isPlimsollError(error)) return `${error.message}. ${error.hint}`;
  const name = errorNameOf(error);
  if (name === 'TimeoutError' || name === 'AbortError')
    return `${host} did not answer within ${timeoutMillis} ms`;
  return `${host} cannot be reached: ${systemCodeOf(error) ?? messageOf(error)}`;
}

/** What an answer means where the status says all. */
export function deliveryOutcome(answer: ReceiverResponse, receipt: unknown = null): DeliveryOutcome {
  if (!answer.ok) return retryableFailure(answer.reason);
  const { status, text, retryAfter } = answer;
  const detail = `answered ${status}${text === '' ? '' : `: ${answerExcerpt(text)}`}`;
  if (status >= 200 && status < 300) return { ok: true, detail, receipt };
  if (status >= 300 && status < 400) return permanentFailure(`${detail}; redirects are not followed`);
  return status >= 500 || PASSING.has(status)
    ? retryableFailure(detail, retryAfter)
    : permanentFailure(detail);
}

/** One line of an answer. */
export const answerExcerpt = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN);
