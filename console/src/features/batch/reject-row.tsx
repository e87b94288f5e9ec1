import { memo } from 'react';
import type { RejectView } from '../../api/generated/control-api.ts';
import { CellReason } from './cell-reason.tsx';
import { canBeMended } from './fix-words.ts';
import { cellText } from './mended-rows.ts';

interface RejectRowProps {
  readonly reject: RejectView;
  /** What was typed, by column. */
  readonly edit: Readonly<Record<string, string>> | undefined;
  /** Null where nothing can be put right here. */
  readonly onEdit: ((reject: RejectView, column: string, text: string) => void) | null;
}

/** Cells of a row that are fields at once: of a wider one only what is wrong, until somebody opens the rest. */
const CELLS_MOST = 40;

/** One row: where it stood, what is wrong with which cell, and fields to write it anew. */
export const RejectRow = memo(function RejectRow({ reject, edit, onEdit }: RejectRowProps) {
  const { line, row, path, key, column, reason, code, raw, cells } = reject;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const columns = cells === null ? [] : orderedColumns(Object.keys(cells), column);
  return (
    <li>
      <p className="reject-place">
        <strong>{key === null ? 'without a key' : key}</strong>
        <small title={path}>
          {file}, {line === null ? `row ${row + 1}` : `line ${line}`}
        </small>
        <span>
          <CellReason column={column} reason={reason} />
        </span>
      </p>
      {cells === null || onEdit === null || !canBeMended(code) ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows
        <pre className="code" tabIndex={0}>
          {raw}
        </pre>
      ) : (
        <div className="reject-cells">
          {columns.slice(0, CELLS_MOST).map((name) => (
            <label key={name} className={name === column ? 'is-wrong' : ''}>
              <span>{name}</span>
              <input
                className="field"
                value={edit?.[name] ?? cellText(cells[name])}
                onChange={({ target }) => onEdit(reject, name, target.value)}
              />
            </label>
          ))}
          {columns.length > CELLS_MOST && (
            <p className="note">{columns.length - CELLS_MOST} more columns: put them right in a file.</p>
          )}
        </div>
      )}
    </li>
  );
});

/** The one at fault first, where there are too many to be looked through. */
const orderedColumns = (names: readonly string[], wrong: string | null): readonly string[] =>
  wrong === null || names.length <= CELLS_MOST || !names.includes(wrong)
    ? names
    : [wrong, ...names.filter((name) => name !== wrong)];
