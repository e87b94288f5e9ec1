/** A job of Spark as a folder that goes wherever a cluster is: started by hand, without Plimsoll. */

import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { elementAt } from '../../core/element-at.ts';
import type { Clock } from '../../core/ports.ts';
import type { AcceptedVersion } from '../../registry/version.ts';
import { bindInputs } from '../../scorer/bind.ts';
import { openScorer } from '../../scorer/open.ts';
import { grouped } from '../../text/numbers.ts';
import { openSource } from '../sources/open.ts';
import type { JobSpec, SparkSpec } from '../spec/spec.ts';
import { type SparkJob, sparkJob } from './job.ts';
import { writeProject } from './project.ts';
import { MEASURE_MILLIS, scoreSample, type ThroughputSample } from './sample.ts';
import { freezeNow } from './staging.ts';

export interface PackageOptions {
  /** `sink.uri` is the folder that Spark leaves the rows in. */
  readonly spec: JobSpec & { readonly spark: SparkSpec };
  readonly model: Pick<AcceptedVersion, 'bundle' | 'manifest'>;
  readonly folder: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface SparkPackage {
  readonly folder: string;
  readonly job: SparkJob;
  readonly sample: ThroughputSample;
  readonly rows: number | null;
}

const SAMPLE = 'sample.parquet';

/**
 * Writes `folder`: the project of Spark, the answers to a sample of the input, which Spark compares its own with before it
 * begins, `submit.sh` and `README.md`. Throws what source, scorer and `sparkJob` throw.
 */
export async function packageSpark(options: PackageOptions): Promise<SparkPackage> {
  const { spec, model, secrets, clock, signal } = options;
  const folder = resolve(options.folder);
  const source = await openSource(spec, secrets);
  try {
    const frozen = await freezeNow(source, signal);
    const inputs = bindInputs(model.manifest.signature, frozen.columns, spec);
    const scorer = await openScorer(model, inputs);
    const { types, outputs } = scorer;
    const job = sparkJob({ spec, frozen, inputs, types, outputs, staging: spec.sink.uri, sample: SAMPLE });
    const scratch = join(folder, '.scratch');
    await mkdir(scratch, { recursive: true });
    const sample = await scoreSample({
      reader: source.reader(frozen, [...new Set([spec.key, ...inputs])], types),
      chunk: elementAt(await source.chunks(frozen, spec.options.chunkRows), 0),
      key: spec.key,
      scorer,
      path: join(folder, SAMPLE),
      folder: scratch,
      measureMillis: MEASURE_MILLIS,
      clock,
    });
    await scorer.close();
    await rm(scratch, { recursive: true });
    await writeProject(folder, { job, model });
    await writeFile(join(folder, 'submit.sh'), submitScript(spec));
    await chmod(join(folder, 'submit.sh'), 0o755);
    await writeFile(join(folder, 'README.md'), readme(spec, job, sample));
    return { folder, job, sample, rows: frozen.rows };
  } finally {
    await source.close();
  }
}

/** A text as a word of the shell, whatever is in it. */
const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function submitScript({ job, spark }: PackageOptions['spec']): string {
  const conf = Object.entries(spark.conf).map(
    ([name, value]) => `  --conf ${shellWord(`${name}=${value}`)} \\\n`,
  );
  return `#!/bin/sh
# Scores ${job.replaceAll('\n', ' ')} on Spark. Options of spark-submit may follow: ./submit.sh --executor-memory 4g
set -eu
cd "$(dirname "$0")"
exec "\${SPARK_HOME:+$SPARK_HOME/bin/}spark-submit" \\
  --master "\${MASTER:-${spark.master.replace(/["$`\\]/g, '\\$&')}}" \\
${conf.join('')}  --py-files plimsoll_scoring.py,plimsoll_cells.py \\
  --archives plimsoll.tar.gz#plimsoll \\
  --files job.json,${SAMPLE} \\
  "$@" job.py job.json
`;
}

const readme = (
  { job, key }: JobSpec,
  { staging, outputs }: SparkJob,
  sample: ThroughputSample,
): string => `# ${job} on Spark

\`./submit.sh\` scores the input that was frozen when this folder was made, and leaves the rows in

    ${staging}

as Parquet: \`${key}\`, the columns that are carried, ${outputs.map(({ name }) => `\`${name}\``).join(', ')}, and what became of the
row: \`_outcome\` (0 ok, 1 rejected, 2 failed), \`_code\`, \`_column\`, \`_reason\`, \`_raw\`. Rows are there when \`_SUCCESS\` is. A task
that runs twice leaves its rows once.

Before it begins, Spark scores the first ${sample.rows} rows of the input and compares every cell with \`${SAMPLE}\`, bit for
bit: where one differs it stops, and says which.

| file | |
|---|---|
| \`submit.sh\` | the line of spark-submit |
| \`job.json\` | which rows to read, what to make of them |
| \`job.py\`, \`plimsoll_*.py\` | driver and workers: Python 3.9 or newer with pyspark 3.4 or newer and pyarrow |
| \`plimsoll.tar.gz\` | model and scorer, sent to every executor once |
| \`${SAMPLE}\` | answers to the sample |

Every worker needs Node 24 or newer: in \`PATH\`, named by \`PLIMSOLL_NODE\`, or by \`--conf spark.plimsoll.node=PATH\`. A database
is read with \`PLIMSOLL_SPARK_SECRETS='{"user":"…","password":"…"}'\` in the environment of the driver and its JDBC driver in
\`--packages org.postgresql:postgresql:42.7.7\`.

One core scored ${grouped(Math.round(sample.rowsPerSecond))} rows a second where this was made.
`;
