/** What is wanted of a job that scores a table, as people write it below `kubernetes.batch`. Pure. */
import { duration, orNothing } from '../../schema/transformed.ts';
import { choice, field, line, list, record, text, whole } from '../../schema/value-schema.ts';
import { CPU, DEPLOYMENT_NAME, IMAGE, MEMORY_QUANTITY, OBJECT } from './grammar.ts';

const WORDS = orNothing(line);
const PLACE = text('^[^\\u0000-\\u001f]{1,1000}$', 'a place: s3://…, postgres://…, /data/…');
const COUNT = orNothing(whole(1, 1e9));

/** Fields of a job, by the flags of `batch run` that they become. */
export const BATCH_JOB = record({
  name: field(DEPLOYMENT_NAME, null, 'name of the job'),
  image: field(
    orNothing(IMAGE),
    null,
    'image made `--with batch`; left out, that of the pods that serve, which has to be made so, too',
  ),
  schedule: field(
    orNothing(text('^(\\S+ ){4}\\S+$', 'five fields of cron: "30 2 * * *"')),
    null,
    'when it runs; left out, it runs once',
  ),
  timeZone: field(text('^[A-Za-z][\\w+/-]{0,60}$', 'IANA name of a zone'), 'Etc/UTC', 'zone of the schedule'),
  input: field(PLACE, null, 'where the rows are'),
  output: field(PLACE, null, 'where the answers go'),
  key: field(WORDS, null, 'column that names a row'),
  columns: field(WORDS, null, 'columns to carry into the output'),
  features: field(WORDS, null, 'columns that the model reads, in its order'),
  inputFormat: field(
    orNothing(choice(['parquet', 'csv', 'jsonl', 'arrow'])),
    null,
    'where the name does not tell',
  ),
  outputFormat: field(orNothing(choice(['parquet', 'csv', 'jsonl'])), null, 'where the name does not tell'),
  mode: field(orNothing(choice(['append', 'upsert'])), null, 'what rows do in a table that is there'),
  duplicates: field(orNothing(choice(['fail', 'skip', 'allow'])), null, 'the second row of a key'),
  maxBad: field(WORDS, null, 'rows without an answer that a run may have: "100" or "1%"'),
  lanes: field(COUNT, null, 'processes that score'),
  chunkRows: field(COUNT, null, 'rows of a chunk'),
  secrets: field(list(OBJECT, { min: 0, max: 10 }), [], 'secrets whose entries become variables'),
  claim: field(
    orNothing(OBJECT),
    null,
    'PersistentVolumeClaim for what a run has to remember; without one an interrupted run is not gone on with',
  ),
  cpu: field(CPU, '2', 'processor time'),
  memory: field(MEMORY_QUANTITY, '2Gi', 'memory'),
  deadline: field(duration('1m', '168h'), '6h', 'how long a run may take'),
});
