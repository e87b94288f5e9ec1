/** What a pattern comes to in a case: whether it can be had, at what cost, and what it needs. Pure. */
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
import { PLATFORMS } from '../needs/needs.ts';
import { PATTERNS } from '../needs/pattern.ts';

/** What runs, sized: from it files are written. */
const SIZED_DEPLOYMENT = shape({
  kind: described(
    choice(['endpoint', 'job', 'async-endpoint', 'batch-transform', 'image']),
    'An endpoint of `serve`; a job of `serve`; an asynchronous endpoint or a batch transform of SageMaker; an image beside the application',
  ),
  platform: choice(PLATFORMS),
  replicas: described(anyInteger, 'Servers, pods, instances or devices, with the spare one'),
  cores: described(anyNumber, 'Processors of each; what a Kubernetes pod asks for'),
  workers: described(anyInteger, 'Serving processes of each; 0 of a job'),
  lanes: described(anyInteger, 'Scoring processes of a job; 0 of an endpoint'),
  memory: described(anyNumber, 'Bytes of each'),
  instance: described(
    nullable(anyText),
    'Instance of the table of prices that each runs on; null of a share of a node',
  ),
  trigger: described(
    nullable(choice(['cron', 'files', 'webhook'])),
    'What starts a run of the job; null where none is started by itself',
  ),
  cron: described(nullable(anyText), 'Of a job that a schedule starts'),
  rowsPerRun: described(anyNumber, 'Rows of a run at the peak; of a request, where there are no runs'),
  output: described(
    nullable(choice(['files', 'postgres', 'sqlite'])),
    'Where a job writes: postgres and sqlite as a table that is looked up by its key',
  ),
});
export type SizedDeployment = Static<typeof SIZED_DEPLOYMENT>;

const COST = shape({
  compute: described(anyNumber, 'Of processors, a month'),
  storage: described(anyNumber, 'Of what is kept, and of asking for it, a month'),
  upkeep: described(anyNumber, 'Of the hours that people look after it, a month'),
  month: described(anyNumber, 'All of it'),
  perMillion: described(anyNumber, 'Compute and storage of a million predictions that are used'),
});
export type Cost = Static<typeof COST>;

export const OPTION = shape({
  pattern: choice(PATTERNS),
  obstacles: described(
    list(
      shape({
        what: described(anyText, 'Why it cannot be had as it is wanted, with its numbers'),
        nearest: described(anyText, 'The nearest that can be had'),
      }),
    ),
    'Empty where it can be had',
  ),
  latency: described(
    nullable(shape({ p50: anyNumber, p99: anyNumber, wanted: anyNumber })),
    'Milliseconds until the answer is there: at p50, at p99, at the quantile that is wanted; null where it cannot run at all',
  ),
  staleness: described(
    nullable(anyNumber),
    'Milliseconds that its inputs are old at most when an answer is used',
  ),
  deployment: described(nullable(SIZED_DEPLOYMENT), 'Null where it cannot run at all'),
  cost: described(nullable(COST), 'In the currency of the prices; null where it is not known'),
  headroom: described(
    nullable(anyNumber),
    'Share of the work at the peak that it could take more, with one replica lost: 0.25 is a quarter more; null where it is not run beside others',
  ),
  how: described(anyText, 'What it is here, in a sentence with its numbers'),
  cannot: described(list(anyText), 'What it cannot do'),
});
export type Option = Static<typeof OPTION>;
