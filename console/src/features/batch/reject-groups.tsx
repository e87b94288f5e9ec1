import type { ControlOperations } from '../../api/generated/control-api.ts';
import { countWords } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { CellReason } from './cell-reason.tsx';
import { fixOf } from './fix-words.ts';

type Groups = ControlOperations['GET /api/v1/jobs/{job}/runs/{run}/reject-groups']['answer'];

interface RejectGroupsProps {
  readonly groups: Groups;
  /** `code:column` of the one whose rows are shown; '' where all are. */
  readonly chosen: string;
  readonly onChoose: (reason: string) => void;
}

/** What is wrong, how often, and how it is put right. */
export const RejectGroups = ({ groups: { groups, rows, isWhole }, chosen, onChoose }: RejectGroupsProps) => (
  <>
    <ul className="reject-groups">
      {groups.map(({ outcome, code, column, reason, rows: count }) => {
        const name = `${code}:${column ?? ''}`;
        const isChosen = name === chosen;
        return (
          <li key={`${outcome} ${name}`} className={isChosen ? 'is-chosen' : ''}>
            <strong className="reject-count">{countWords(count)}</strong>
            <div>
              <h3>
                {outcome}: <CellReason column={column} reason={reason} />
              </h3>
              <p>{fixOf(code)}</p>
            </div>
            <Button onClick={() => onChoose(isChosen ? '' : name)} aria-pressed={isChosen}>
              {isChosen ? 'Show all' : 'Show these'}
            </Button>
          </li>
        );
      })}
    </ul>
    {!isWhole && <p className="note rejects-count">Counted of the first {countWords(rows)} of them.</p>}
  </>
);
