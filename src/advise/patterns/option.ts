/** What a pattern comes to in a case: whether it can be had, what it needs, what it costs. Pure. */
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
import { PATTERNS } from '../needs/pattern.ts';

const INSTANCE = described(
  nullable(anyText),
  'Instance of the table of prices that each runs on; null of a share of a node, and of devices',
);

const SERVING = shape({
  least: described(anyInteger, 'Replicas at the average, the spare one included'),
  most: described(anyInteger, 'Replicas at the peak, the spare one included'),
  workers: described(anyInteger, 'Serving processes of a replica'),
  cores: described(anyNumber, 'Processors of a replica'),
  memory: described(anyNumber, 'Bytes of a replica'),
  perReplica: described(anyNumber, 'Requests a second that one replica is to have at most'),
  instance: INSTANCE,
});
export type ServingSize = Static<typeof SERVING>;

const BATCH = shape({
  lanes: described(anyInteger, 'Processes that score at the same time'),
  memory: described(anyNumber, 'Bytes of all of them'),
  run: described(anyNumber, 'Milliseconds that a run takes at the peak'),
  rows: described(anyNumber, 'Rows of a run at the peak'),
  every: described(
    nullable(anyNumber),
    'Milliseconds from one run to the next; null where events start them',
  ),
  machines: described(anyInteger, 'Machines that it takes to be done in time: above one, a cluster'),
  instance: INSTANCE,
});
export type BatchSize = Static<typeof BATCH>;

const COST = shape({
  compute: described(anyNumber, 'Of processors, a month'),
  storage: described(anyNumber, 'Of what is kept and looked up, a month'),
  upkeep: described(anyNumber, 'Of the hours that people look after it, a month'),
  month: described(anyNumber, 'All of these: what patterns are ranked by'),
  perMillion: described(anyNumber, 'Compute and storage of a million predictions that are asked for'),
});
export type OptionCost = Static<typeof COST>;

const OBSTACLE = shape({
  need: described(anyText, 'Name of the need that it does not meet'),
  what: described(anyText, 'Why, with the numbers'),
  nearest: described(anyText, 'The nearest that can be had'),
});
export type Obstacle = Static<typeof OBSTACLE>;

export const OPTION = shape({
  pattern: choice(PATTERNS),
  how: described(anyText, 'What it is here, in a sentence with its numbers'),
  obstacles: described(list(OBSTACLE), 'Why it cannot be had as it is wanted; empty where it can'),
  latency: described(
    nullable(shape({ p50: anyNumber, p99: anyNumber, wanted: anyNumber })),
    'Milliseconds until the answer is there: p50, p99, and at the quantile that is wanted; null where it cannot run at all',
  ),
  staleness: described(
    nullable(anyNumber),
    'Milliseconds that its inputs are old at most when an answer is used',
  ),
  serving: nullable(SERVING),
  batch: nullable(BATCH),
  cost: described(nullable(COST), 'In the currency of the prices; null where it cannot run at all'),
  headroom: described(
    nullable(anyNumber),
    'How much more than the peak it takes with one replica lost, as a share: 0.25 is a quarter more, -1 an outage; null where what failed runs again',
  ),
  cannot: described(list(anyText), 'What it cannot do'),
});
export type Option = Static<typeof OPTION>;
