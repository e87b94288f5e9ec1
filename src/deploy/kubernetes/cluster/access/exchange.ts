/** One request over HTTP whose answer is a JSON object. */
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { isRecord } from '../../../../core/record.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MILLIS = 30_000;
const ANSWER_MAX = 32 * 2 ** 20;

/** Any answer, whatever its status. Rejects where there is none in time, or none that ends. */
export function requestJson(url: URL, given: RequestOptions, body?: string): Promise<JsonAnswer> {
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const sent = request(url, { timeout: TIMEOUT_MILLIS, ...given }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_MAX) sent.destroy(new Error(`an answer of more than ${ANSWER_MAX} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MILLIS / 1000} s`)));
    sent.on('error', reject);
    sent.end(body);
  });
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
