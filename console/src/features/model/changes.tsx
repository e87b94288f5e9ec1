import type { DifferenceView } from '../../api/generated/control-api.ts';
import { plural } from '../../facts/words.ts';
import { shortClass } from '../../outline/step-words.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

type StepChange = DifferenceView['steps'][number];

const TONES: Readonly<Record<StepChange['change'], Tone>> = {
  added: 'steady',
  removed: 'act',
  changed: 'moving',
};
const FACTS = [{ text: 'What' }, { text: 'Before' }, { text: 'After' }];
const CHECKS = [{ text: 'Check' }, { text: 'Before' }, { text: 'After' }];

interface StepChangesProps {
  readonly steps: readonly StepChange[];
  readonly omitted: number;
}

/** Step by step what differs: how it was made first, then what it learned. */
export const StepChanges = ({ steps, omitted }: StepChangesProps) => (
  <ol className="versions">
    {steps.map(({ path, class: type, change, facts }) => (
      <li key={`${path} ${change}`}>
        <h3>
          {path || 'The model'} <small>{shortClass(type)}</small> <Badge tone={TONES[change]}>{change}</Badge>
        </h3>
        {change === 'changed' && <FactChanges facts={facts} />}
        {change !== 'changed' && facts.length > 0 && (
          <p className="note">
            {facts.map(({ name, before, after }) => `${name} = ${after ?? before}`).join(', ')}
          </p>
        )}
      </li>
    ))}
    {omitted > 0 && <li className="note">{plural(omitted, 'step')} more differ.</li>}
  </ol>
);

function FactChanges({ facts }: { readonly facts: StepChange['facts'] }) {
  const isMade = facts.filter(({ isLearned }) => !isLearned);
  const learned = facts.filter(({ isLearned }) => isLearned);
  return (
    <Scrolled label="What differs">
      <table className="fact-changes">
        <ColumnHeads columns={FACTS} />
        <tbody>
          {[...isMade, ...learned].map(({ name, isLearned, before, after }) => (
            <tr key={`${isLearned} ${name}`}>
              <th scope="row">
                {name} {isLearned && <small>learned</small>}
              </th>
              <td>{before ?? <span className="faint">none</span>}</td>
              <td>
                {after === before ? (
                  <span className="faint">other numbers of the same range</span>
                ) : (
                  (after ?? <span className="faint">none</span>)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

interface ChangesTableProps {
  readonly changes: DifferenceView['facts'];
  readonly none: string;
}

export const ChangesTable = ({ changes, none }: ChangesTableProps) =>
  changes.length === 0 ? (
    <p className="empty">{none}</p>
  ) : (
    <Scrolled label="What differs">
      <table className="fact-changes">
        <ColumnHeads columns={FACTS} />
        <tbody>
          {changes.map(({ name, before, after }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{short(before)}</td>
              <td>{short(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );

/** Digests are told apart by their beginning. */
const short = (text: string | null): string =>
  text === null ? 'none' : text.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1…');

/** What changes for who calls the model. */
export function SignatureChanges({ signature }: { readonly signature: DifferenceView['signature'] }) {
  if (signature === null) return <p className="empty">The file of one of them is not there any more.</p>;
  const { breaking, compatible } = signature;
  if (breaking.length + compatible.length === 0)
    return (
      <p className="empty">Nothing: every request is taken as before, and answered with the same fields.</p>
    );
  return (
    <div className="panel-body">
      {breaking.length > 0 && <h3>May break them</h3>}
      <ul className="plain">
        {breaking.map((text) => (
          <li key={text} className="bad">
            {text}
          </li>
        ))}
      </ul>
      {compatible.length > 0 && <h3>They need not know</h3>}
      <ul className="plain">
        {compatible.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

export const ChecksTable = ({ checks }: { readonly checks: DifferenceView['checks'] }) => (
  <Scrolled label="Checks of both">
    <table className="fact-changes">
      <ColumnHeads columns={CHECKS} />
      <tbody>
        {checks.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <Check state={before} />
            <Check state={after} />
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);

const Check = ({ state }: { readonly state: DifferenceView['checks'][number]['before'] }) => (
  <td className={state === null || state.ok ? '' : 'bad'}>
    {state === null ? (
      <span className="faint">not made</span>
    ) : (
      `${state.ok ? '' : 'failed: '}${state.detail}`
    )}
  </td>
);
