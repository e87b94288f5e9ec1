/** What a sweep of loads has found, as one document: what `plimsoll bench --json` prints. Pure. */
import type { Static } from 'typebox';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  epochMillis,
  flag,
  list,
  nullable,
  shape,
  tableOf,
} from '../../schema/value-schema.ts';

const QUANTILE = shape({
  value: described(anyNumber, 'Milliseconds'),
  low: described(
    nullable(anyNumber),
    'Lower bound of its 95 % interval; null where there are too few answers to say',
  ),
  high: described(nullable(anyNumber), 'Upper bound of the same'),
});

const LATENCY = shape({
  count: anyInteger,
  mean: anyNumber,
  p50: anyNumber,
  p90: anyNumber,
  p99: QUANTILE,
  p999: QUANTILE,
  max: anyNumber,
});

const LOAD_POINT = shape({
  name: anyText,
  rate: described(nullable(anyNumber), 'Requests a second that were due; null of a closed loop'),
  clients: described(nullable(anyInteger), 'Of a closed loop'),
  seconds: anyNumber,
  arrived: anyInteger,
  ok: described(anyInteger, 'Answered 2xx'),
  inTime: described(anyInteger, 'Answered 2xx within the limit'),
  goodput: described(anyNumber, 'Answers of 2xx a second'),
  keepsUp: described(
    nullable(flag),
    'Whether 99 of 100 were answered in time, and the queue did not grow; null of a closed loop',
  ),
  failed: described(
    tableOf(anyText, anyInteger),
    'Other answers by status; timeout, reset, and unsent: every connection was busy',
  ),
  latency: described(LATENCY, 'Milliseconds from the moment a request was due to the end of its answer'),
  lateness: described(anyNumber, 'p99 of the milliseconds that the client sent later than due'),
  stages: described(
    tableOf(anyText, anyNumber),
    'Mean milliseconds of the stages that `server-timing` tells of',
  ),
  server: described(
    nullable(anyNumber),
    'Processors that the server kept busy; null where that cannot be seen',
  ),
  client: described(anyNumber, 'Processors that the client kept busy'),
  others: described(nullable(anyNumber), 'Processors that other programs kept busy'),
  memory: described(nullable(anyNumber), 'Bytes of memory of the server at its end'),
});
export type LoadPoint = Static<typeof LOAD_POINT>;

const CAUSES = [
  'model',
  'json',
  'http',
  'processor',
  'machine',
  'client',
  'waiting',
  'refusals',
  'memory',
  'unknown',
] as const;

const FINDING = shape({
  cause: choice(CAUSES),
  text: described(anyText, 'What limits, in a sentence'),
  evidence: list(anyText),
});
export type Finding = Static<typeof FINDING>;

const PREDICTED_TIMES = nullable(shape({ p50: anyNumber, p99: anyNumber, p999: anyNumber }));

const PREDICTION = shape({
  source: described(anyText, 'What it is computed from'),
  rate: described(anyNumber, 'Requests a second at saturation'),
  limit: described(anyText, 'What is used up there'),
  half: described(PREDICTED_TIMES, 'Milliseconds at the rate of `half`; null where that is too much'),
  nineTenths: described(PREDICTED_TIMES, 'Milliseconds at the rate of `nineTenths`; null likewise'),
});
export type Prediction = Static<typeof PREDICTION>;

export const BENCH_REPORT = shape({
  schema: choice(['plimsoll-bench/1']),
  subject: described(anyText, 'The model, or the address'),
  url: described(anyText, 'Where requests were sent'),
  began: epochMillis,
  seconds: described(anyNumber, 'How long it took'),
  machine: shape({ cpu: anyText, cores: anyInteger, memory: anyNumber, node: anyText, system: anyText }),
  version: described(anyText, 'Of Plimsoll'),
  seed: anyInteger,
  sent: shape({
    rows: described(anyInteger, 'Rows of a request'),
    bytes: described(anyInteger, 'Bytes of the first body'),
    bodies: described(anyInteger, 'Different bodies, sent in turn'),
    source: described(anyText, 'Where the rows come from'),
  }),
  limit: described(anyNumber, 'Milliseconds in which 99 of 100 requests are to be answered'),
  peak: described(nullable(LOAD_POINT), 'The closed loop with the most answers a second'),
  knee: described(
    nullable(
      shape({
        rate: described(anyNumber, 'Requests a second: the highest rate that it keeps up with'),
        beyond: described(nullable(anyNumber), 'The lowest rate above it that was too much; null: none was'),
      }),
    ),
    'Null where it keeps up with no rate that was tried',
  ),
  steps: described(list(LOAD_POINT), 'Open loops by their rates'),
  half: described(nullable(LOAD_POINT), 'At half of the knee'),
  nineTenths: described(nullable(LOAD_POINT), 'At nine tenths of the knee'),
  findings: described(list(FINDING), 'What limits, the most telling first'),
  prediction: described(nullable(PREDICTION), 'Of the capacity model'),
  unpredicted: described(nullable(anyText), 'Why there is no prediction'),
  caveats: list(anyText),
  isGone: described(flag, 'Whether the server stopped answering on the way'),
});
export type BenchReport = Static<typeof BENCH_REPORT>;
