/** One request over HTTP whose answer is a JSON object. */
import { isRecord } from '../../../../core/record.ts';
import { type ClientRequest, readResponse, sendRequest } from '../../../../http/client.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MILLIS = 30_000;
const MAX_ANSWER_BYTES = 32 * 2 ** 20;

/** Any answer, whatever its status. Rejects where there is none in time, or none that ends. */
export async function requestJson(url: URL, given: ClientRequest): Promise<JsonAnswer> {
  const response = await sendRequest(url, { idleMillis: TIMEOUT_MILLIS, ...given });
  return { status: response.statusCode, body: parsed(await readResponse(response, MAX_ANSWER_BYTES)) };
}

/** What is no JSON object comes from something in between; its text is the reason. */
function parsed(bytes: Buffer): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : { message: text.slice(0, 300) };
  } catch {
    return { message: text.slice(0, 300) };
  }
}
