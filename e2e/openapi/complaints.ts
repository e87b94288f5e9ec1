/** What schemathesis finds wrong with a server, from the events that it writes down, less what is known and why. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A kind of complaint that stays: the words of the answer that it is about, and the reason. */
export interface KnownComplaint {
  readonly check: string;
  readonly operation?: RegExp;
  /** Matches status and body of the answer. */
  readonly answer: RegExp;
  readonly why: string;
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly failure_info?: { readonly failure: { readonly operation: string; readonly message: string } };
}

interface Recorder {
  readonly label: string;
  readonly checks: Readonly<Record<string, readonly Check[]>>;
  readonly interactions: Readonly<
    Record<
      string,
      {
        readonly request: { readonly method: string; readonly uri: string };
        readonly response: {
          readonly status_code: number;
          readonly content: { readonly $base64: string } | null;
        } | null;
      }
    >
  >;
}

export interface Complaints {
  /** Answers that were looked at. */
  readonly answers: number;
  /** How often each known complaint came. */
  readonly known: Readonly<Record<string, number>>;
  readonly unknown: readonly string[];
}

/** Reads the newest report in a folder. */
export function complaintsIn(folder: string, known: readonly KnownComplaint[]): Complaints {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  const counts: Record<string, number> = {};
  const unknown = new Set<string>();
  let answers = 0;
  for (const line of readFileSync(join(folder, file!), 'utf8').split('\n')) {
    const recorder =
      line === '' ? undefined : (JSON.parse(line).ScenarioFinished?.recorder as Recorder | undefined);
    if (recorder === undefined) continue;
    answers += Object.keys(recorder.interactions ?? {}).length;
    for (const { check, operation, answer, request } of failuresOf(recorder)) {
      const why = known.find(
        (one) => one.check === check && (one.operation?.test(operation) ?? true) && one.answer.test(answer),
      )?.why;
      if (why === undefined) unknown.add(`${check} of ${operation}: ${request} → ${answer.slice(0, 300)}`);
      else counts[why] = (counts[why] ?? 0) + 1;
    }
  }
  return { answers, known: counts, unknown: [...unknown] };
}

function failuresOf({ checks = {}, interactions = {}, label }: Recorder) {
  return Object.entries(checks).flatMap(([id, list]) => {
    const { request, response } = interactions[id] ?? {};
    const body = Buffer.from(response?.content?.$base64 ?? '', 'base64').toString();
    return list
      .filter(({ status }) => status === 'failure')
      .map(({ name, failure_info }) => ({
        check: name,
        operation: failure_info?.failure.operation ?? label,
        answer: `${response?.status_code ?? 'no answer'} ${body}`,
        request: `${request?.method} ${request?.uri} (${failure_info?.failure.message.replaceAll(/\s+/g, ' ')})`,
      }));
  });
}
