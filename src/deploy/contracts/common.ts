import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../core/record.ts';
import { type ContainerUnderTest, ContractBreach, type ContractClause, hold } from './clause.ts';
import type { ContainerResponse } from './container-client.ts';
import { askSlowly } from './container-client.ts';

/** What several contracts ask for, and how answers are judged. */

export const JSON_TYPE = { 'content-type': 'application/json' };

/** How an answer is shown in a report. */
export const seen = ({ status, text, millis }: ContainerResponse): string =>
  `${status} in ${Math.round(millis)} ms${text === '' ? ', no body' : `: ${text.slice(0, 120)}`}`;

/** Throws a ContractBreach where the status is another one. */
export function expectStatus(answer: ContainerResponse, ...wanted: readonly number[]): void {
  hold(wanted.includes(answer.status), `${seen(answer)}; wanted ${wanted.join(' or ')}`);
}

/** The body as an object. Throws a ContractBreach. */
export function objectOf(answer: ContainerResponse): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (isRecord(body)) return body;
  } catch {
    // Told below.
  }
  throw new ContractBreach(`${seen(answer)}; wanted a JSON object`);
}

/** Throws a ContractBreach where `predictions` are not `count` times what this machine predicts. */
export function expectPredictions(
  answer: ContainerResponse,
  { samples }: ContainerUnderTest,
  count: number,
): string {
  expectStatus(answer, 200);
  const { predictions } = objectOf(answer);
  hold(
    Array.isArray(predictions) && predictions.length === count,
    `${seen(answer)}; wanted ${count} predictions`,
  );
  const { expected } = samples;
  const other = predictions.find((value: unknown) => !isDeepStrictEqual(value, expected));
  hold(
    other === undefined,
    `${JSON.stringify(other)}; wanted ${JSON.stringify(expected)}, as this machine answers`,
  );
  return `${count} × ${JSON.stringify(expected)?.slice(0, 60)} in ${Math.round(answer.millis)} ms`;
}

/** Paths that a platform's users must not reach: the control API and the pages for people. */
const CONTROL = ['/api/v1/models', '/api/v1/keys', '/docs', '/openapi.json'];

export const noControl = (source: string): ContractClause => ({
  id: 'predictions-only',
  source,
  says: 'nothing but predictions, health and metrics can be reached',
  check: async ({ ask }) => {
    for (const path of CONTROL) {
      const answer = await ask(path);
      hold(answer.status === 404, `${path} answers ${seen(answer)}; wanted 404`);
    }
    return `${CONTROL.join(', ')}: 404`;
  },
});

/** Longest that platforms wait between SIGTERM and SIGKILL. */
const GRACE_MILLIS = 30_000;
/** When the rest of a body comes that was half sent at SIGTERM. */
const LATER_MILLIS = 1000;

/** Ends the container; `path` and `body` are those of a prediction. */
export const gracefulEnd = (
  source: string,
  path: string,
  bodyOf: (on: ContainerUnderTest) => string,
): ContractClause => ({
  id: 'graceful-end',
  source,
  says: 'SIGTERM ends it within 30 s with exit code 0, after what is in flight was answered',
  check: async (on) => {
    const { started } = on;
    const slow = await askSlowly(started.port, path, bodyOf(on));
    await after(100);
    const begun = performance.now();
    started.kill('SIGTERM');
    await after(LATER_MILLIS);
    const answer = await slow.finish().catch((error: Error) => {
      throw new ContractBreach(`the request in flight got no answer: ${error.message}`);
    });
    expectStatus(answer, 200);
    hold(answer.headers['connection'] === 'close', 'the answer in flight does not close its connection');
    const code = await answerWithin(started.ended, GRACE_MILLIS, 'it still runs after 30 s');
    const millis = Math.round(performance.now() - begun);
    hold(code === 0, `it ended with ${code ?? 'a signal'} after ${millis} ms; wanted 0`);
    return `ended with 0 after ${millis} ms, the request in flight was answered`;
  },
});

export const after = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Rejects with a ContractBreach where it takes longer. */
export async function answerWithin<T>(promise: Promise<T>, millis: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ContractBreach(late)), millis);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
