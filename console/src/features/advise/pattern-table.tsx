import { shareWords, UNKNOWN } from '../../facts/words.ts';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import {
  type AdviceView,
  latencyWords,
  moneyWords,
  type OptionView,
  patternWords,
  sizeWords,
} from './advice-view.ts';

/** All patterns, what each would take and cost, and what stands in its way or what it cannot do. */
export const PatternTable = ({ advice }: { readonly advice: AdviceView }) => (
  <Scrolled label="Patterns">
    <table className="pattern-table">
      <ColumnHeads
        columns={[
          { text: 'Pattern' },
          { text: 'p50', className: 'figures-cell' },
          { text: 'p99', className: 'figures-cell' },
          { text: 'Needs' },
          { text: 'A month', className: 'figures-cell' },
          { text: 'A million', className: 'figures-cell' },
          { text: 'Spare, one lost', className: 'figures-cell' },
        ]}
      />
      <tbody>
        {advice.options.map((option) => (
          <Row key={option.pattern} option={option} advice={advice} />
        ))}
      </tbody>
    </table>
  </Scrolled>
);

interface RowProps {
  readonly option: OptionView;
  readonly advice: AdviceView;
}

function Row({ option, advice: { advised, prices } }: RowProps) {
  const { pattern, latency, cost, headroom, obstacles, cannot } = option;
  const isAdvised = pattern === advised;
  return (
    <tr className={isAdvised ? 'pattern-advised' : obstacles.length > 0 ? 'pattern-refused' : ''}>
      <th scope="row">
        {patternWords(pattern)}
        {isAdvised && <small>advised</small>}
        {obstacles.map(({ what, nearest }) => (
          <small key={what}>
            Not as it is wanted: {what} (nearest: {nearest})
          </small>
        ))}
        {obstacles.length === 0 && cannot.map((one) => <small key={one}>Cannot: {one}</small>)}
      </th>
      <td className="figures-cell">{latencyWords(latency?.p50)}</td>
      <td className="figures-cell">{latencyWords(latency?.p99)}</td>
      <td>{sizeWords(option)}</td>
      <td className="figures-cell">{moneyWords(cost?.month, prices.currency)}</td>
      <td className="figures-cell">{moneyWords(cost?.perMillion, prices.currency)}</td>
      <td className="figures-cell">{headroom === null ? UNKNOWN : shareWords(headroom)}</td>
    </tr>
  );
}
