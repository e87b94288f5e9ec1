import type { JobView } from '../../api/generated/control-api.ts';
import { plural, shareWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { modelWords, placeWords } from './job-words.ts';

type Spec = JobView['spec'];

/** Where rows come from, what scores them, where they go; below it what else was asked for. */
export const JobFlow = ({ spec }: { readonly spec: Spec }) => (
  <div className="panel-body">
    <ol className="flow">
      <Stop title="Source" text={placeWords(spec.source.uri)} whole={spec.source.uri}>
        {spec.source.format ?? 'by its content'}, key <code>{spec.key}</code>
      </Stop>
      <Stop title="Model" text={modelWords(spec.model)} whole={spec.model} model={registered(spec.model)}>
        {spec.spark === undefined ? plural(spec.options.lanes, 'worker') : `on Spark, ${spec.spark.master}`}
        {spec.explain !== undefined && `, ${spec.explain.top} reasons a row`}
      </Stop>
      <Stop title="Sink" text={placeWords(spec.sink.uri)} whole={spec.sink.uri}>
        {spec.sink.mode === 'upsert' ? 'replaces rows of the same key' : 'adds rows'},{' '}
        {spec.sink.publish === 'whole' ? 'visible when all is done' : 'visible chunk by chunk'}
      </Stop>
    </ol>
    <dl className="facts">
      {limitsOf(spec).map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  </div>
);

/** The page of a registered model or version; null of a file. */
function registered(model: string): readonly string[] | null {
  const [name = '', version] = model.split('@');
  if (version === undefined || name.includes('/')) return null;
  return /^\d+$/.test(version) ? ['models', name, 'versions', version] : ['models', name];
}

interface StopProps {
  readonly title: string;
  readonly text: string;
  /** All of it, on pointing at it. */
  readonly whole: string;
  /** The path of its page. */
  readonly model?: readonly string[] | null;
  readonly children: React.ReactNode;
}

const Stop = ({ title, text, whole, model = null, children }: StopProps) => (
  <li>
    <small>{title}</small>
    <strong title={whole}>{model === null ? text : <Link href={hrefOf(...model)}>{text}</Link>}</strong>
    <span>{children}</span>
  </li>
);

function limitsOf({ columns, features, options }: Spec): readonly (readonly [string, string])[] {
  const { chunkRows, budget, duplicates, holdDistance, holdRows, hourlyCost } = options;
  const bad = budget.rows ?? (budget.share === null ? null : shareWords(budget.share));
  return [
    ['Carried along', columns.length === 0 ? 'nothing but the key' : columns.join(', ')],
    ...(features === null ? [] : [['Read by the model', features.join(', ')] as const]),
    ['Rows a chunk', String(chunkRows)],
    ['Rows without an answer', bad === null ? 'any number of them' : `at most ${bad}`],
    ['A key that comes again', DUPLICATES[duplicates]],
    ...(holdDistance === null
      ? []
      : [['Held back for its outputs', `where they move by more than ${holdDistance}`] as const]),
    ...(holdRows === null
      ? []
      : [['Held back for its rows', `where they change by more than ${shareWords(holdRows)}`] as const]),
    ...(hourlyCost === null ? [] : [['Cost of an hour', String(hourlyCost)] as const]),
  ];
}

const DUPLICATES: Readonly<Record<Spec['options']['duplicates'], string>> = {
  fail: 'fails the run',
  skip: 'is skipped',
  allow: 'is scored again',
};
