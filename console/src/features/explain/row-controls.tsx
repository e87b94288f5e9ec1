import { useState } from 'react';
import { cellWords } from '../../facts/waterfall.ts';
import { plural } from '../../facts/words.ts';
import { Button } from '../../ui/button.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { type ColumnRange, sliderScale } from './column-steps.ts';
import type { RowCells } from './row-cells.ts';

/** Columns that are in sight at once. */
const MOST_COLUMNS = 20;

interface RowControlsProps {
  /** What matters most first. */
  readonly columns: readonly ColumnRange[];
  readonly cells: RowCells;
  /** The row that it began with. */
  readonly before: RowCells;
  readonly moved: string;
  readonly onMove: (column: string, cell: unknown) => void;
  /** A column is looked at, though it is not moved. */
  readonly onLook: (column: string) => void;
}

/** A row that can be moved about: numbers by sliders or by typing, categories by choice. */
export function RowControls({ columns, ...rest }: RowControlsProps) {
  const [sought, setSought] = useState('');
  const [most, setMost] = useState(MOST_COLUMNS);
  const found = columns.filter(({ name }) => name.toLowerCase().includes(sought.toLowerCase()));
  return (
    <div className="row-controls">
      {columns.length > MOST_COLUMNS && (
        <SearchField
          label={`Search ${plural(columns.length, 'column')}`}
          value={sought}
          onChange={setSought}
        />
      )}
      {found.slice(0, most).map((range) => (
        <ColumnControl key={range.name} range={range} {...rest} />
      ))}
      {found.length > most && (
        <Button onClick={() => setMost(most + MOST_COLUMNS)}>
          {plural(Math.min(MOST_COLUMNS, found.length - most), 'more column')}
        </Button>
      )}
    </div>
  );
}

interface ColumnControlProps extends Omit<RowControlsProps, 'columns'> {
  readonly range: ColumnRange;
}

function ColumnControl({ range, cells, before, moved, onMove, onLook }: ColumnControlProps) {
  const { name } = range;
  const isChanged = !Object.is(cells[name] ?? null, before[name] ?? null);
  return (
    <fieldset className={`column-control ${moved === name ? 'moved' : ''}`} onFocus={() => onLook(name)}>
      <legend>
        {name}
        {isChanged && (
          <button type="button" className="undo" onClick={() => onMove(name, before[name] ?? null)}>
            back to {cellWords(before[name])}
          </button>
        )}
      </legend>
      {range.type === 'bool' || range.categories !== null ? (
        <CategoryChoice range={range} cell={cells[name]} onMove={onMove} />
      ) : range.type === 'number' ? (
        <NumberSlider range={range} cell={cells[name]} onMove={onMove} />
      ) : (
        <textarea
          className="field"
          rows={3}
          aria-label={name}
          value={String(cells[name] ?? '')}
          onChange={({ target }) => onMove(name, target.value)}
        />
      )}
    </fieldset>
  );
}

interface CellProps {
  readonly range: ColumnRange;
  readonly cell: unknown;
  readonly onMove: (column: string, cell: unknown) => void;
}

function NumberSlider({ range, cell, onMove }: CellProps) {
  const { low, high, step } = sliderScale(range, cell);
  const isMissing = typeof cell !== 'number';
  return (
    <div className="slider">
      <input
        type="range"
        aria-label={`${range.name}, moved`}
        min={low}
        max={high}
        step={step}
        value={isMissing ? low : cell}
        onChange={({ target }) => onMove(range.name, Number(target.value))}
      />
      <input
        type="number"
        className="field"
        aria-label={range.name}
        step="any"
        placeholder="missing"
        value={isMissing ? '' : cell}
        onChange={({ target }) => onMove(range.name, target.value === '' ? null : Number(target.value))}
      />
      <small aria-hidden="true">
        {cellWords(low)} to {cellWords(high)}
      </small>
    </div>
  );
}

function CategoryChoice({ range, cell, onMove }: CellProps) {
  const known: readonly unknown[] = range.type === 'bool' ? [false, true] : (range.categories ?? []);
  const all = cell === null || cell === undefined || known.includes(cell) ? known : [...known, cell];
  return (
    <select
      className="field"
      aria-label={range.name}
      value={cell === null || cell === undefined ? '' : JSON.stringify(cell)}
      onChange={({ target }) => onMove(range.name, target.value === '' ? null : JSON.parse(target.value))}
    >
      <option value="">missing</option>
      {all
        .filter((one) => one !== null)
        .map((one) => (
          <option key={JSON.stringify(one)} value={JSON.stringify(one)}>
            {String(one)}
          </option>
        ))}
    </select>
  );
}
