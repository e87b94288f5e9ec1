import type { Explanation } from '../../api/explained.ts';
import {
  cellWords,
  figureWords,
  largestScore,
  methodSentence,
  pushWords,
  scoreNames,
  waterfallOf,
} from '../../facts/waterfall.ts';
import { plural } from '../../facts/words.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { type WaterfallBar, WaterfallChart } from '../../ui/waterfall.tsx';

/** Columns that stand by themselves; classes that are offered as buttons. */
const MOST_COLUMNS = 12;
const MOST_BUTTONS = 6;

interface ExplainedRowProps {
  readonly explanation: Explanation;
  readonly row: number;
  /** Values of the row, by column. */
  readonly cells: Readonly<Record<string, unknown>>;
}

/** From the answer without any column to this one, a column a step; of several classes that which is chosen. */
export function ExplainedRow({ explanation, row, cells }: ExplainedRowProps) {
  const [wanted, setWanted] = useParameter('class', '');
  const names = scoreNames(explanation);
  const score = names.includes(wanted) ? names.indexOf(wanted) : largestScore(explanation, row);
  const name = names[score] ?? explanation.output;
  const { base, steps, rest, answer } = waterfallOf(explanation, row, score, MOST_COLUMNS);
  const level = (text: string, at: number): WaterfallBar => ({
    ...{ name: text, cell: '', from: at, to: at, figure: figureWords(at), isLevel: true },
  });
  const bars: readonly WaterfallBar[] = [
    level('Without any column', base),
    ...steps.map(({ feature, push, from, to }) => ({
      ...{ name: feature, from, to, figure: pushWords(push) },
      cell: cellWords(cells[feature]),
    })),
    ...(rest === null
      ? []
      : [
          {
            name: `The other ${plural(rest.count, 'column')}`,
            cell: '',
            from: rest.from,
            to: rest.to,
            figure: pushWords(rest.push),
          },
        ]),
    level('The answer', answer),
  ];
  return (
    <>
      {names.length > 1 && <ScoreChoice names={names} value={name} onChange={setWanted} />}
      <WaterfallChart label={`What each column adds to ${name}, the largest first`} bars={bars} />
      <Reasons explanation={explanation} row={row} />
      <p className="note">
        <i className="key key-raises" aria-hidden="true" /> raises,{' '}
        <i className="key key-lowers" aria-hidden="true" /> lowers the score. {methodSentence(explanation)}{' '}
        {explanation.notes?.join(' ')}
      </p>
    </>
  );
}

interface ScoreChoiceProps {
  readonly names: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ScoreChoice({ names, value, onChange }: ScoreChoiceProps) {
  if (names.length <= MOST_BUTTONS)
    return (
      <Choice
        label="Class"
        value={value}
        onChange={onChange}
        options={names.map((name) => ({ value: name, text: name }))}
      />
    );
  return (
    <label className="labelled class-choice">
      Class
      <select className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Reasons({ explanation: { reasons }, row }: Pick<ExplainedRowProps, 'explanation' | 'row'>) {
  const told = reasons?.[row] ?? [];
  if (told.length === 0) return null;
  return (
    <ol className="reasons" aria-label="Reasons in words">
      {told.map(({ text, code }) => (
        <li key={`${code} ${text}`}>
          {text} {code && <code>{code}</code>}
        </li>
      ))}
    </ol>
  );
}
