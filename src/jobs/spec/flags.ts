/** A job as flags of `batch run`. Pure. */
import { type Surroundings, specFrom } from './parse.ts';
import type { JobSpec } from './spec.ts';

/** As the command line gives them. */
export interface Flags {
  readonly job: string;
  readonly model?: string | undefined;
  readonly member?: string | undefined;
  readonly missing?: number | undefined;
  readonly iterations?: number | undefined;
  readonly input?: string | undefined;
  readonly inputFormat?: string | undefined;
  readonly output?: string | undefined;
  readonly outputFormat?: string | undefined;
  readonly key?: string | undefined;
  /** Names with commas between them; one that holds a comma is in double quotes. */
  readonly columns?: string | undefined;
  readonly features?: string | undefined;
  /** Reasons of each row. */
  readonly explain?: string | undefined;
  readonly explainOutput?: string | undefined;
  readonly explainMethod?: string | undefined;
  readonly mode?: string | undefined;
  readonly publish?: string | undefined;
  readonly stamps?: string | undefined;
  readonly chunkRows?: string | undefined;
  readonly lanes?: string | undefined;
  /** `100` or `1%`. */
  readonly maxBad?: string | undefined;
  readonly duplicates?: string | undefined;
  readonly holdDistance?: string | undefined;
  readonly holdRows?: string | undefined;
  readonly hourlyCost?: string | undefined;
  /** `spark`, or `local` where it is left out. */
  readonly engine?: string | undefined;
  readonly master?: string | undefined;
  /** `spark.option=value`, each. */
  readonly sparkConf?: readonly string[] | undefined;
  readonly staging?: string | undefined;
}

/** The flag of each part of the document. */
const FLAGS: Readonly<Record<string, string>> = {
  job: '--job',
  model: '--model',
  member: '--member',
  missing: '--missing',
  iterations: '--iterations',
  'input.uri': '--input',
  'input.format': '--input-format',
  'output.uri': '--output',
  'output.format': '--output-format',
  'output.mode': '--mode',
  'output.publish': '--publish',
  'output.stamps': '--stamps',
  output: '--output',
  input: '--input',
  key: '--key',
  columns: '--columns',
  features: '--features',
  'explain.top': '--explain',
  'explain.output': '--explain-output',
  'explain.method': '--explain-method',
  explain: '--explain',
  'options.chunkRows': '--chunk-rows',
  'options.lanes': '--lanes',
  'options.budget': '--max-bad',
  'options.duplicates': '--duplicates',
  'options.holdDistance': '--hold-distance',
  'options.holdRows': '--hold-rows',
  'options.hourlyCost': '--hourly-cost',
  'spark.master': '--master',
  'spark.conf': '--spark-conf',
  'spark.staging': '--staging',
};

/** The spec that flags come to. Throws SPEC_INVALID that names every flag that is wrong. */
export function specOf(flags: Flags, surroundings: Surroundings): JobSpec {
  return specFrom(flags.job, documentOf(flags), surroundings, (problem) =>
    problem.replace(/^[\w.]+/, (path) => FLAGS[path] ?? path),
  );
}

const documentOf = (flags: Flags): unknown =>
  given({
    model: flags.model,
    member: flags.member,
    missing: flags.missing,
    iterations: flags.iterations,
    input: given({ uri: flags.input, format: flags.inputFormat }),
    key: flags.key,
    columns: listed(flags.columns),
    features: listed(flags.features),
    explain: explainOf(flags),
    output: given({
      uri: flags.output,
      format: flags.outputFormat,
      mode: flags.mode,
      publish: flags.publish,
      stamps: listed(flags.stamps),
    }),
    options: given({
      chunkRows: numeric(flags.chunkRows),
      lanes: numeric(flags.lanes),
      budget: numeric(flags.maxBad),
      duplicates: flags.duplicates,
      holdDistance: numeric(flags.holdDistance),
      holdRows: numeric(flags.holdRows),
      hourlyCost: numeric(flags.hourlyCost),
    }),
    spark: flags.engine === 'spark' ? sparkOf(flags) : undefined,
  });

function explainOf({ explain, explainOutput: output, explainMethod: method }: Flags): unknown {
  const written = given({ top: numeric(explain), output, method });
  return Object.keys(written).length === 0 ? undefined : written;
}

const sparkOf = ({ master, sparkConf, staging }: Flags): unknown =>
  given({ master, conf: sparkConf && Object.fromEntries(sparkConf.map(pair)), staging });

/** Without an equals sign, the name of an option is not one. */
function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [`${text}=`, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Without what was left out, so that defaults hold. */
const given = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** What is no number stays as it is written, for the problem that it is. */
const numeric = (text: string | undefined): number | string | undefined =>
  text !== undefined && /^\d[\d_]*(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i.test(text)
    ? Number(text.replaceAll('_', ''))
    : text;

const listed = (text: string | undefined): readonly string[] | undefined =>
  text === undefined
    ? undefined
    : [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)/g)]
        .map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '')
        .filter((name) => name !== '');
