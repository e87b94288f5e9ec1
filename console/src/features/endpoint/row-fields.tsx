import { Field } from '@base-ui/react/field';
import { useState } from 'react';
import type { SignatureColumn } from '../../api/served.ts';
import { plural } from '../../facts/words.ts';
import { SearchField } from '../../ui/search-field.tsx';
import { columnsInSight, MOST_FIELDS, type RowTexts } from './row-form.ts';

interface RowFieldsProps {
  /** Null where a row is no list of columns: it is written as JSON. */
  readonly columns: readonly SignatureColumn[] | null;
  readonly texts: RowTexts;
  readonly onChange: (texts: RowTexts) => void;
}

/** A field a column; known categories are offered, others may be typed. */
export function RowFields({ columns, texts, onChange }: RowFieldsProps) {
  if (columns === null)
    return (
      <Field.Root className="labelled">
        <Field.Label>Row, in JSON</Field.Label>
        <Field.Control
          render={<textarea rows={6} />}
          className="field code"
          value={texts['row'] ?? ''}
          onValueChange={(value) => onChange({ row: String(value) })}
        />
      </Field.Root>
    );
  return <ColumnFields columns={columns} texts={texts} onChange={onChange} />;
}

function ColumnFields({
  columns,
  texts,
  onChange,
}: RowFieldsProps & { readonly columns: readonly SignatureColumn[] }) {
  const [sought, setSought] = useState('');
  const { shown, left } = columnsInSight(columns, sought);
  return (
    <div className="row-fields">
      {columns.length > MOST_FIELDS && (
        <SearchField
          label={`Search ${plural(columns.length, 'column')}`}
          value={sought}
          onChange={setSought}
        />
      )}
      {shown.map(({ name, type, nullable, categories }, k) => (
        <Field.Root key={name} className="labelled">
          <Field.Label>
            {name} <small>{nullable ? `${type}, may be missing` : type}</small>
          </Field.Label>
          <Field.Control
            className="field"
            inputMode={type === 'number' ? 'decimal' : 'text'}
            list={categories && `categories-${k}`}
            value={texts[name] ?? ''}
            onValueChange={(value) => onChange({ ...texts, [name]: String(value) })}
          />
          {categories && (
            <datalist id={`categories-${k}`}>
              {categories.map((one) => (
                <option key={String(one)} value={String(one)} />
              ))}
            </datalist>
          )}
        </Field.Root>
      ))}
      {left > 0 && <p className="note">{plural(left, 'more column')}, sent as they are: search for one.</p>}
    </div>
  );
}
