/**
 * The prices that hold where a user gives none: on demand, in US dollars, as public lists of them had it on the days that stand beside them.
 * Nothing is fetched, and what is not known is not here. `docs/prices.yaml` is the same table, to be copied and replaced.
 * Pure.
 */
import { type Prices, parsePrices } from './prices.ts';

/** As a user would write it. */
export const BUILT_IN_DOCUMENT = {
  currency: 'USD',
  region: 'us-east-1',
  machines: {
    date: '2026-11-30',
    source:
      'https://aws.amazon.com/ec2/pricing/on-demand, Linux, on demand; as public tables of it agree, seen on that day',
    instances: {
      'c5.large': { cores: 2, memory: '4 GiB', hour: 0.085 },
      'c5.xlarge': { cores: 4, memory: '8 GiB', hour: 0.17 },
      'c5.2xlarge': { cores: 8, memory: '16 GiB', hour: 0.34 },
      'c5.4xlarge': { cores: 16, memory: '32 GiB', hour: 0.68 },
      'c5.9xlarge': { cores: 36, memory: '72 GiB', hour: 1.53 },
      'm6i.large': { cores: 2, memory: '8 GiB', hour: 0.096 },
      'm6i.xlarge': { cores: 4, memory: '16 GiB', hour: 0.192 },
      'm6i.2xlarge': { cores: 8, memory: '32 GiB', hour: 0.384 },
      'm6i.4xlarge': { cores: 16, memory: '64 GiB', hour: 0.768 },
      'm6i.8xlarge': { cores: 32, memory: '128 GiB', hour: 1.536 },
      'r5.large': { cores: 2, memory: '16 GiB', hour: 0.126 },
      'r5.xlarge': { cores: 4, memory: '32 GiB', hour: 0.252 },
      'r5.2xlarge': { cores: 8, memory: '64 GiB', hour: 0.504 },
    },
  },
  sagemaker: {
    date: '2026-11-26',
    source:
      'https://aws.amazon.com/sagemaker/pricing, on demand, real-time inference; as listed by public tables of it (JHUAPL-DTC-TA2/wiki docs/sagemaker_instances.md)',
    instances: {
      'ml.m5.large': { cores: 2, memory: '8 GiB', hour: 0.115 },
      'ml.m5.xlarge': { cores: 4, memory: '16 GiB', hour: 0.23 },
      'ml.m5.2xlarge': { cores: 8, memory: '32 GiB', hour: 0.461 },
      'ml.c5.xlarge': { cores: 4, memory: '8 GiB', hour: 0.204 },
      'ml.c5.2xlarge': { cores: 8, memory: '16 GiB', hour: 0.408 },
      'ml.c5.9xlarge': { cores: 36, memory: '72 GiB', hour: 1.836 },
      'ml.r5.8xlarge': { cores: 32, memory: '256 GiB', hour: 2.419 },
      'ml.r5.16xlarge': { cores: 64, memory: '512 GiB', hour: 4.838 },
    },
  },
  database: {
    date: '2026-11-30',
    source:
      'https://aws.amazon.com/rds/postgresql/pricing, half of a db.m5.large (2 vCPUs, 0.178 an hour), one zone; gp2 storage',
    coreHour: 0.089,
    gigabyteMonth: 0.115,
    // pgbench -S gives several times as many on small servers; a database has other work.
    lookups: 2000,
  },
  objects: {
    date: '2026-11-30',
    source: 'https://aws.amazon.com/s3/pricing, S3 Standard, the first 50 TB',
    gigabyteMonth: 0.023,
  },
  devices: {
    source: 'assumed: devices that are there anyway, half as fast as a server',
    slower: 2,
    coreMonth: 0,
  },
  upkeep: {
    source: 'assumed: hours of a team that runs a few models; put in your own',
    hour: 80,
    hours: {
      'real-time': 2,
      'micro-batch': 1.25,
      asynchronous: 1.5,
      'event-batch': 0.75,
      'scheduled-batch': 0.5,
      'precomputed-table': 1,
      edge: 6,
    },
  },
} as const;

let table: Prices | undefined;
/** The built-in table. */
export function builtInPrices(): Prices {
  table ??= parsePrices(BUILT_IN_DOCUMENT);
  return table;
}
