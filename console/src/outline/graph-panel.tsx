import type { ModelOutline } from '../api/generated/control-api.ts';
import { bytesWords, countWords, plural } from '../facts/words.ts';
import { WeightTable } from './weight-table.tsx';

type Graph = NonNullable<ModelOutline['graph']>;

/** Operators that stand by themselves. */
const SHOWN = 20;

/** What a graph is made of: how often each operator comes, what goes in and comes out. */
export function GraphPanel({ graph }: { readonly graph: Graph }) {
  const { operators, nodes, parameters, bytes, producer, opsets, inputs, outputs } = graph;
  const [first] = operators;
  const shown = operators.slice(0, SHOWN);
  const rest = operators.slice(SHOWN);
  return (
    <div className="panel-body version-panel">
      <p className="note">
        {plural(nodes, 'operator')} of {plural(operators.length, 'kind')} and {countWords(parameters)} numbers
        in {bytesWords(bytes)}
        {producer !== '' && `, written by ${producer}`} for {opsets.join(', ')}.
      </p>
      <div className="columns">
        <WeightTable
          label="Operators"
          columns={['Operator', 'Times']}
          rows={shown.map(({ name, count }) => ({
            name,
            figure: countWords(count),
            share: count / (first?.count ?? 1),
          }))}
        />
        <dl className="version-facts">
          <Values title="Takes" values={inputs} />
          <Values title="Answers" values={outputs} />
        </dl>
      </div>
      {rest.length > 0 && <p className="note">{plural(rest.length, 'rarer kind')} left out.</p>}
    </div>
  );
}

const Values = ({ title, values }: { readonly title: string; readonly values: Graph['inputs'] }) => (
  <div>
    <dt>{title}</dt>
    {values.map(({ name, type }) => (
      <dd key={name}>
        <code>{name}</code> {type}
      </dd>
    ))}
  </div>
);
