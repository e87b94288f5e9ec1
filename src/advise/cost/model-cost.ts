/** What one model costs, in time of processors and in memory: all that capacity is computed from. Pure. */
import type { Static } from 'typebox';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  described,
  list,
  nullable,
  shape,
} from '../../schema/value-schema.ts';

/** Where requests are scored: on the event loop, in scoring threads, in processes of their own (Python, unbounded graphs). */
export const SCORING_LANES = ['loop', 'threads', 'processes'] as const;
export type Lane = (typeof SCORING_LANES)[number];

/** `request + row × rows` microseconds of a processor. */
const LINE = shape({
  request: described(anyNumber, 'Microseconds of a processor of a request, whatever its rows'),
  row: described(anyNumber, 'Microseconds that each of its rows adds'),
});
export type CostLine = Static<typeof LINE>;

const ONLINE_COST = shape(
  {
    loopRows: described(
      anyNumber,
      'Rows of the largest request that is scored on the event loop; 0 where none is',
    ),
    away: described(choice(['threads', 'processes']), 'Where larger ones are scored'),
    loop: described(
      LINE,
      'On the event loop, of a request that is scored there, with reading and answering it',
    ),
    door: described(LINE, 'On the event loop, of a request that is scored elsewhere'),
    scoring: described(LINE, 'In the thread or process, of a request that is scored there'),
    beside: described(LINE, 'In threads and processes that no request waits for: the collector, monitoring'),
    pause: described(
      shape({ loop: anyNumber, away: anyNumber }),
      'Microseconds until the answer in which none of these works, scored on the loop or elsewhere: kernels, threads that wake',
    ),
    togetherRows: described(
      anyNumber,
      'Rows that requests which wait are put together to, in one call; 0: never together',
    ),
    contention: described(anyNumber, 'Times as long that the work takes where every core is busy: 1 or more'),
    spread: described(
      list(anyNumber),
      'Times of single requests as multiples of their mean, ascending, at even steps of probability: pauses of the collector and all',
    ),
    memory: described(anyNumber, 'Bytes of a serving process with this model'),
    awayMemory: described(anyNumber, 'Bytes that each thread or process adds to that'),
    start: described(anyNumber, 'Milliseconds from the start of a process to its first answer'),
  },
  {
    passing: described(
      shape({ rows: anyNumber, line: LINE }),
      'On the event loop, of a request of more rows than these: it is scored elsewhere, and read there only',
    ),
    rested: described(
      shape({ loop: LINE, away: LINE }),
      'What a request takes more where its server, on the loop or elsewhere, rested before: caches are cold, a thread is woken. 0 where it is not told',
    ),
    awaySpread: described(
      list(anyNumber),
      'The same of requests that are scored elsewhere, where it is not the same',
    ),
  },
);

const BATCH_COST = shape(
  {
    start: described(anyNumber, 'Milliseconds of a run, whatever its rows'),
    row: described(anyNumber, 'Microseconds of a processor of a row: reading, scoring and writing'),
    lane: described(
      anyNumber,
      'Microseconds from one row to the next in a lane by itself, which reads while it scores',
    ),
    memory: described(anyNumber, 'Bytes of one lane'),
  },
  {
    laneStart: described(
      anyNumber,
      'Microseconds of a processor until a further lane works as fast as the first',
    ),
  },
);

export const MODEL_COST = shape({
  source: described(
    choice(['measured', 'registered', 'described']),
    'Measured under load; from what its registration measured; or as people say, of a model that cannot run here',
  ),
  model: anyText,
  runtime: described(nullable(choice(['native', 'onnx', 'python'])), 'Null of one that is only described'),
  machine: described(
    nullable(shape({ cpu: anyText, cores: anyInteger, node: anyText })),
    'Where it was measured; null where nothing was',
  ),
  rowBytes: described(anyNumber, 'Bytes of a row in a request'),
  online: ONLINE_COST,
  batch: BATCH_COST,
});

export type ModelCost = Static<typeof MODEL_COST>;
export type OnlineCost = ModelCost['online'];
export type BatchCost = ModelCost['batch'];
