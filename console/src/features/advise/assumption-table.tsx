import { UNKNOWN } from '../../facts/words.ts';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { type AdviceView, moneyWords, patternWords } from './advice-view.ts';

type Assumption = AdviceView['assumptions'][number];

/** What was assumed, and what half and twice of it would come to. */
export const AssumptionTable = ({ advice: { assumptions, prices } }: { readonly advice: AdviceView }) => (
  <Scrolled label="Assumptions">
    <table>
      <ColumnHeads columns={[{ text: 'Assumed' }, { text: 'With half' }, { text: 'With twice' }]} />
      <tbody>
        {assumptions.map(({ name, text, half, twice, flips }) => (
          <tr key={name}>
            <th scope="row">
              {text}
              {flips && <small>Another value changes the advice</small>}
            </th>
            <td>{outcomeWords(half, prices.currency)}</td>
            <td>{outcomeWords(twice, prices.currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);

function outcomeWords(outcome: Assumption['half'], currency: string): string {
  if (outcome === null) return UNKNOWN;
  const { value, pattern, month } = outcome;
  return `${value}: ${pattern === null ? 'nothing can be had' : patternWords(pattern)}, ${moneyWords(month, currency)} a month`;
}
