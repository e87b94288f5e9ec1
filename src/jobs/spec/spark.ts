/** The cluster of a job, as people write it. Pure. */
import { orNothing } from '../../schema/transformed.ts';
import { field, record, tableOf, text } from '../../schema/value-schema.ts';

/** Specs are kept and shown: what is secret stays with Spark. */
const option = text(
  '^spark\\.(?!.*(?:[sS]ecret|[pP]assword|[tT]oken))[A-Za-z0-9._-]{1,200}$',
  'an option of Spark ("spark.executor.memory"); secrets belong into its spark-defaults.conf',
);

export const SPARK = record({
  master: field(
    text('^[!-~]{1,1000}$', 'a master of Spark, such as "spark://host:7077"'),
    'local[*]',
    'who scores',
  ),
  conf: field(
    tableOf(option, text('^[^\\u0000\\n]{0,10000}$', 'a text')),
    {},
    'options of spark-submit --conf',
  ),
  staging: field(
    orNothing(text('^[^\\u0000]{1,4096}$', 'a folder')),
    null,
    'folder that all machines see, for rows that are scored and not yet published; left out, that of the run',
  ),
});
