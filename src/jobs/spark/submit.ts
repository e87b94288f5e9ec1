import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PlimsollError } from '../../core/errors.ts';
import { ChildProcess } from '../../process/child-process.ts';
import { failureReason } from './failure-reason.ts';

/** What `job.py` says, one JSON object a line. */
export type SparkEvent =
  | { readonly event: 'started'; readonly spark: string; readonly parallelism: number }
  | { readonly event: 'sample'; readonly rows: number; readonly cells: number }
  | { readonly event: 'progress'; readonly tasks: number; readonly done: number }
  | { readonly event: 'scored'; readonly seconds: number }
  | {
      readonly event: 'differs';
      readonly key: string | null;
      readonly column: string;
      readonly spark: unknown;
      readonly local: unknown;
    };

export interface SparkSubmission {
  readonly job: string;
  readonly run: string;
  /** Of `writeProject`. */
  readonly project: string;
  readonly master: string;
  readonly conf: Readonly<Record<string, string>>;
  /** For the reader of tables: user and password. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What Spark says goes to this file. */
  readonly log: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SparkEvent) => void;
}

/** Time that Spark is given to end by itself. */
const GRACE_MILLIS = 10_000;
/** Lines that are looked through for a reason. */
const LINES_KEPT = 400;
const EVENT = '{"event": ';

/** What `spark-submit` is called with, but for its own name. */
export function submitArguments(
  project: string,
  { master, conf }: Pick<SparkSubmission, 'master' | 'conf'>,
): string[] {
  const file = (name: string): string => join(project, name);
  return [
    ...['--master', master],
    ...Object.entries({ 'spark.ui.showConsoleProgress': 'false', ...conf }).flatMap(([name, value]) => [
      '--conf',
      `${name}=${value}`,
    ]),
    ...['--py-files', [file('plimsoll_scoring.py'), file('plimsoll_cells.py')].join(',')],
    ...['--archives', `${file('plimsoll.tar.gz')}#plimsoll`],
    ...[file('job.py'), file('job.json')],
  ];
}

/** `spark-submit` of SPARK_HOME, else the one in PATH. */
const program = (): string => {
  const home = process.env['SPARK_HOME'];
  return home ? join(home, 'bin', 'spark-submit') : 'spark-submit';
};

/**
 * Runs a project to its end. Its Spark ends with this process, and when `signal` says so. Throws SPARK_MISSING,
 * SPARK_DIFFERS, SPARK_FAILED, and the reason of `signal`.
 */
export async function submitToSpark(submission: SparkSubmission): Promise<void> {
  const { project, secrets, log, signal } = submission;
  signal.throwIfAborted();
  const out = createWriteStream(log, { flags: 'a' });
  const child = new ChildProcess({
    ...{ command: program(), args: submitArguments(project, submission), stdio: ['ignore', 'pipe', 'pipe'] },
    env: {
      ...process.env,
      PLIMSOLL_SPARK_PARENT: String(process.pid),
      PLIMSOLL_SPARK_SECRETS: JSON.stringify(secrets),
    },
  });
  const stop = (): unknown => child.stop(GRACE_MILLIS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await heard(child, submission, out);
  } finally {
    signal.removeEventListener('abort', stop);
    out.end();
  }
}

async function heard(child: ChildProcess, submission: SparkSubmission, out: WriteStream): Promise<void> {
  const { job, run, log, signal, onEvent } = submission;
  const lines: string[] = [];
  let refusal: PlimsollError | null = null;
  const hear = (line: string): void => {
    const event = eventOf(line);
    if (event === null) {
      out.write(`${line}\n`);
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
    } else if (event.event === 'differs') refusal = differs(job, event);
    else onEvent(event);
  };
  for (const stream of child.outputs)
    if (stream !== null) createInterface({ input: stream }).on('line', hear);
  const { code, reason, hasStarted } = await child.ended;
  if (!hasStarted)
    throw new PlimsollError('SPARK_MISSING', { program: program() }, { cause: new Error(reason) });
  signal.throwIfAborted();
  if (refusal !== null) throw refusal;
  if (code !== 0)
    throw new PlimsollError('SPARK_FAILED', { job, run, log, reason: failureReason(lines, reason) });
}

function eventOf(line: string): SparkEvent | null {
  if (!line.startsWith(EVENT)) return null;
  try {
    return JSON.parse(line) as SparkEvent;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function differs(job: string, event: Extract<SparkEvent, { event: 'differs' }>): PlimsollError {
  const { key, column, spark, local } = event;
  return new PlimsollError('SPARK_DIFFERS', {
    job,
    key: JSON.stringify(key),
    column,
    spark: String(spark),
    local: String(local),
  });
}
