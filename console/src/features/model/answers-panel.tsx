import type { UseQueryResult } from '@tanstack/react-query';
import type { DifferenceView } from '../../api/generated/control-api.ts';
import { countWords, plural, shareWords, UNKNOWN } from '../../facts/words.ts';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { rowsSentence } from './difference-words.ts';
import { JsonValue } from './json-value.tsx';

type Answers = NonNullable<DifferenceView['answers']>;

const OUTPUTS = [
  { text: 'Answer' },
  { text: 'Rows that differ', className: 'figures-cell' },
  { text: 'Share', className: 'figures-cell' },
  { text: 'Mean distance', className: 'figures-cell' },
  { text: 'Largest', className: 'figures-cell' },
];
const WORST = [
  { text: 'Input' },
  { text: 'Answer' },
  { text: 'Before' },
  { text: 'After' },
  { text: 'Distance', className: 'figures-cell' },
];
const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const figure = (value: number | null): string => (value === null ? UNKNOWN : NUMBER.format(value));

interface AnswersPanelProps {
  readonly query: UseQueryResult<DifferenceView>;
}

/** What both say to the same rows: how many differ, by how much, and which most. */
export const AnswersPanel = ({ query }: AnswersPanelProps) => (
  <Panel
    title="Answers to the same rows"
    query={query}
    empty={({ answers, unanswered }) => (answers === null ? (unanswered ?? 'They were not asked.') : null)}
  >
    {({ answers }) => answers && <Compared answers={answers} />}
  </Panel>
);

const Compared = ({ answers }: { readonly answers: Answers }) => (
  <>
    <p className="note panel-note">{rowsSentence(answers)}</p>
    <Scrolled label="Answers by output">
      <table>
        <ColumnHeads columns={OUTPUTS} />
        <tbody>
          {answers.outputs.map(({ output, differing, largest, mean }) => (
            <tr key={output}>
              <th scope="row">{output}</th>
              <td className="figures-cell">{countWords(differing)}</td>
              <td className="figures-cell">
                <span className="with-curve">
                  <svg
                    className="share-bar"
                    viewBox="0 0 100 8"
                    preserveAspectRatio="none"
                    aria-hidden="true"
                  >
                    <rect width={(100 * differing) / answers.rows} height="8" />
                  </svg>
                  {shareWords(differing / answers.rows)}
                </span>
              </td>
              <td className="figures-cell">{figure(mean)}</td>
              <td className="figures-cell">{figure(largest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
    {answers.worst.length > 0 && (
      <details className="worst">
        <summary>The {plural(answers.worst.length, 'row')} whose answers lie furthest apart</summary>
        <Scrolled label="Rows whose answers lie furthest apart">
          <table className="golden">
            <ColumnHeads columns={WORST} />
            {answers.worst.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
              <Worst key={at} row={row} />
            ))}
          </table>
        </Scrolled>
      </details>
    )}
  </>
);

const Worst = ({ row: { input, answers } }: { readonly row: Answers['worst'][number] }) => (
  <tbody>
    {answers.map(({ output, before, after, distance }, at) => (
      <tr key={output}>
        {at === 0 && (
          <td rowSpan={answers.length}>
            {input === null ? (
              'kept for explanations: not for who may only look'
            ) : (
              <JsonValue value={input} />
            )}
          </td>
        )}
        <th scope="row">{output}</th>
        <td>
          <JsonValue value={before} />
        </td>
        <td>
          <JsonValue value={after} />
        </td>
        <td className="figures-cell">{distance === null ? 'another label' : figure(distance)}</td>
      </tr>
    ))}
  </tbody>
);
