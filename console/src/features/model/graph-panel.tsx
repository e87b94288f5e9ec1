import type { ModelOutline } from '../../api/generated/control-api.ts';
import { bytesWords, countWords, plural } from '../../facts/words.ts';
import { Scrolled } from '../../ui/scrolled.tsx';

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
        <Scrolled label="Operators">
          <table className="version-weights">
            <thead>
              <tr>
                <th scope="col">Operator</th>
                <th scope="col" className="figures-cell">
                  Times
                </th>
                <th scope="col">
                  <span className="unseen">As a bar</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, count }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="figures-cell">{countWords(count)}</td>
                  <td className="weight-cell">
                    <svg
                      className="weight"
                      viewBox="0 0 200 12"
                      preserveAspectRatio="none"
                      aria-hidden="true"
                    >
                      <rect
                        className="weight-raises"
                        width={(200 * count) / (first?.count ?? 1)}
                        height="12"
                      />
                    </svg>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
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
