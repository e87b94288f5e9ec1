/** What limits a server, told from what was measured around its knee. Pure. */
import { bytesText } from '../../text/bytes.ts';
import { numberText } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import type { Finding, LoadPoint } from './bench-report.ts';

export interface Measured {
  readonly cores: number;
  /** The open loops by their rates, and that at nine tenths of the knee. */
  readonly steps: readonly LoadPoint[];
  readonly nineTenths: LoadPoint | null;
}

/** A processor that is busy for such a share is used up. */
const FULL = 0.9;
/** What one thread may keep busy and still count as one: the collector and the writer of answers work beside it. */
const ONE_THREAD = 0.8;
/** A client that is late by such a share of what answers take measures itself. */
const LATE_SHARE = 0.2;
const GROWTH = { share: 1.25, bytes: 64 * 2 ** 20 };
const OTHERS = 0.3;

const cores = (busy: number): string => `${busy.toFixed(2)} of a core`;
const rateText = (rate: number | null): string => `${numberText(Math.round(rate ?? 0))} a second`;

/** The most telling first. */
export function findings({ cores: count, steps, nineTenths }: Measured): readonly Finding[] {
  const highest = steps.findLast(({ keepsUp }) => keepsUp) ?? null;
  const beyond = steps.find(({ rate, keepsUp }) => !keepsUp && (rate ?? 0) > (highest?.rate ?? 0)) ?? null;
  const at = beyond ?? nineTenths ?? highest;
  if (at === null) return [];
  const found = [
    clientLate(at),
    machineFull(at, count),
    refusals(beyond),
    busyServer(at, nineTenths ?? at),
    waiting(at, count),
    memoryGrowth(steps),
  ].filter((one) => one !== null);
  if (found.length > 0) return found;
  const text = 'No rate that was tried was too much, and nothing was used up';
  return [{ cause: 'unknown', text, evidence: [`tried up to ${rateText(steps.at(-1)?.rate ?? null)}`] }];
}

function clientLate({ lateness, latency, client, rate }: LoadPoint): Finding | null {
  const isFull = client >= FULL;
  if (!isFull && lateness < Math.max(5, LATE_SHARE * latency.p99.value)) return null;
  return {
    cause: 'client',
    text: 'The client of this measurement is a limit itself: the server may take more than is told here',
    evidence: [
      `at ${rateText(rate)} it kept ${cores(client)} busy and sent one of a hundred requests ${numberText(lateness)} ms late or later`,
    ],
  };
}

function machineFull({ server, client, others, rate }: LoadPoint, count: number): Finding | null {
  if (server === null || others === null || server + client + others < FULL * count) return null;
  return {
    cause: 'machine',
    text: `The machine is used up: client and server share its ${count} ${count === 1 ? 'core' : 'cores'}, and a client elsewhere would leave the server more`,
    evidence: [
      `at ${rateText(rate)}: server ${server.toFixed(2)}, client ${client.toFixed(2)}, other programs ${others.toFixed(2)} cores`,
    ],
  };
}

function refusals(beyond: LoadPoint | null): Finding | null {
  if (beyond === null) return null;
  const [most] = Object.entries(beyond.failed).toSorted((a, b) => b[1] - a[1]);
  if (most === undefined || most[1] < 0.01 * beyond.arrived) return null;
  const [what, times] = most;
  return {
    cause: 'refusals',
    text: `Beyond the knee requests fail: ${ENDINGS[what] ?? `answers of status ${what}`}`,
    evidence: [
      `at ${rateText(beyond.rate)}: ${Object.entries(beyond.failed)
        .map(([name, n]) => `${n} ${name}`)
        .join(', ')} of ${beyond.arrived} (${percent(times / beyond.arrived)})`,
    ],
  };
}

const ENDINGS: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  reset: 'connections that break',
  unsent: 'every connection is busy',
};

/** Of a server that has a core to itself and uses it up: what it spends it on. */
function busyServer(at: LoadPoint, quiet: LoadPoint): Finding | null {
  if (at.server === null || at.server < ONE_THREAD || quiet.server === null) return null;
  const cost = (1000 * quiet.server * quiet.seconds) / Math.max(1, quiet.ok);
  const evidence = [
    `at ${rateText(at.rate)} the server keeps ${at.server.toFixed(2)} cores busy; an answer costs it ${numberText(cost)} ms of a processor`,
  ];
  const parts = partsOf(quiet.stages, cost);
  const largest = parts.toSorted((a, b) => b.millis - a.millis)[0];
  if (largest === undefined)
    return { cause: 'processor', text: 'The processors of the server are used up', evidence };
  const told = parts.map(({ name, millis }) => `${name} ${numberText(millis)} ms`).join(', ');
  return { cause: largest.cause, text: largest.text, evidence: [...evidence, `of that: ${told}`] };
}

interface CostPart {
  readonly cause: 'model' | 'json' | 'http';
  readonly name: string;
  readonly text: string;
  readonly millis: number;
}

/** Empty where answers do not tell their stages. */
function partsOf(stages: Readonly<Record<string, number>>, cost: number): readonly CostPart[] {
  const { preprocess, predict, postprocess } = stages;
  if (preprocess === undefined || predict === undefined || postprocess === undefined) return [];
  const json = preprocess + postprocess;
  return [
    {
      cause: 'json',
      name: 'reading and writing JSON',
      text: 'JSON limits: requests are read and answers written',
      millis: json,
    },
    { cause: 'model', name: 'the model', text: 'The model limits', millis: predict },
    {
      ...{
        cause: 'http',
        name: 'everything else',
        text: 'What is around a prediction limits: connections, HTTP, capture',
      },
      millis: Math.max(0, cost - json - predict),
    },
  ];
}

/** A knee with nothing used up. */
function waiting(at: LoadPoint, count: number): Finding | null {
  const { server, client, others, keepsUp, rate } = at;
  if (keepsUp || server === null || others === null) return null;
  if (server >= ONE_THREAD || server + client + others >= FULL * count) return null;
  return {
    cause: 'waiting',
    text: 'The server waits: for a lock, another service, or a limit on what it does at once',
    evidence: [
      `at ${rateText(rate)}, which is too much, it keeps ${server.toFixed(2)} cores busy of ${count}`,
    ],
  };
}

function memoryGrowth(steps: readonly LoadPoint[]): Finding | null {
  const sizes = steps.flatMap(({ memory }) => memory ?? []);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || most < GROWTH.share * least || most - least < GROWTH.bytes) return null;
  return {
    cause: 'memory',
    text: 'Memory grows with the load',
    evidence: [`from ${bytesText(least)} to ${bytesText(most)}`],
  };
}

/** What is to be known of figures that were taken on this machine. */
export function caveatsOf({ cores: count, steps }: Measured, bodies: number): readonly string[] {
  const busiest = Math.max(0, ...steps.map(({ others }) => others ?? 0));
  const caveats = [
    `Client and server shared this machine (${count} ${count === 1 ? 'core' : 'cores'}): no network was between them, and each left the other less`,
  ];
  if (bodies === 1)
    caveats.push(
      'One and the same request was sent again and again: rows that differ take other ways through a model, --input sends them',
    );
  if (busiest >= OTHERS)
    caveats.push(
      `Other programs kept up to ${busiest.toFixed(1)} cores busy meanwhile: a quiet machine gives more, and steadier figures`,
    );
  return caveats;
}
