/**
 * The client of the benchmark of predictions beside explanations, a process of its own: `node bench/explanations/load-client.ts PLAN`, a
 * plan in JSON. Predictions of one row come by schedule, whatever became of those before (open loop); their latency counts from the
 * scheduled moment. Beside them come requests of many rows by a schedule of their own, as they are or with `explain`. Prints what came
 * of each phase.
 */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

/** What comes beside the predictions: nothing, requests of many rows, or the same with their explanation. */
export type Beside = 'nothing' | 'rows' | 'explained';

export interface LoadPlan {
  readonly port: number;
  readonly columns: number;
  /** Predictions a second. */
  readonly rate: number;
  /** Requests a second beside them, and rows of each. */
  readonly besideRate: number;
  readonly besideRows: number;
  readonly phases: readonly { readonly beside: Beside; readonly seconds: number }[];
}

export interface LoadOutcome {
  readonly beside: Beside;
  readonly predictions: number;
  /** Predictions that were refused. */
  readonly refused: number;
  readonly p50: number;
  readonly p99: number;
  /** Requests beside the predictions that were answered, of those with an explanation, and without one by the code of the reason. */
  readonly answered: number;
  readonly explained: number;
  readonly missing: Readonly<Record<string, number>>;
  /** Milliseconds of those. */
  readonly besideP50: number;
}

const plan = JSON.parse(process.argv[2]!) as LoadPlan;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** What stands for a request beside them that was refused whole. */
const OVERLOADED = '{"explanation":null,"explanationReason":{"code":"OVERLOADED"}}';

const rowsOf = (count: number): number[][] =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: plan.columns }, (__, j) =>
      Number(((((i * 31 + j * 17) % 97) - 48) / 16).toFixed(3)),
    ),
  );

/** The text of an answer; null where it is refused. */
function ask(body: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = { port: plan.port, host: '127.0.0.1', path: '/predict', method: 'POST', agent };
    const sent = request({ ...options, headers: { 'content-length': body.length } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve(answer.statusCode === 200 ? text : null);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Calls `send` by a Poisson schedule until `end`, with the moment that each call was due. */
async function scheduled(rate: number, end: number, send: (due: number) => Promise<void>): Promise<void> {
  const gap = (): number => (-Math.log(1 - Math.random()) * 1000) / rate;
  const open = new Set<Promise<void>>();
  for (let due = performance.now() + gap(); due < end; ) {
    for (const now = performance.now(); due <= now; due += gap()) {
      const one: Promise<void> = send(due).finally(() => open.delete(one));
      open.add(one);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await Promise.all(open);
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function phase(beside: Beside, seconds: number): Promise<LoadOutcome> {
  const end = performance.now() + seconds * 1000;
  const [millis, others]: [number[], number[]] = [[], []];
  const missing: Record<string, number> = {};
  let [explained, refused] = [0, 0];
  const one = JSON.stringify({ rows: rowsOf(1) });
  const many = JSON.stringify({ rows: rowsOf(plan.besideRows), explain: beside === 'explained' });
  const predictions = scheduled(plan.rate, end, async (due) => {
    if ((await ask(one)) === null) refused++;
    else millis.push(performance.now() - due);
  });
  const besides = scheduled(beside === 'nothing' ? 1e-9 : plan.besideRate, end, async (due) => {
    const { explanation, explanationReason } = JSON.parse((await ask(many)) ?? OVERLOADED) as {
      readonly explanation?: object | null;
      readonly explanationReason?: { readonly code: string };
    };
    others.push(performance.now() - due);
    if (explanation) explained++;
    if (explanationReason) missing[explanationReason.code] = (missing[explanationReason.code] ?? 0) + 1;
  });
  await Promise.all([predictions, besides]);
  const sorted = millis.toSorted((a, b) => a - b);
  return {
    ...{ beside, predictions: millis.length, refused, answered: others.length, explained, missing },
    ...{ p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
    besideP50: quantile(
      others.toSorted((a, b) => a - b),
      0.5,
    ),
  };
}

const outcomes: LoadOutcome[] = [];
for (const { beside, seconds } of plan.phases) outcomes.push(await phase(beside, seconds));
console.log(JSON.stringify(outcomes));
process.exit(0);
