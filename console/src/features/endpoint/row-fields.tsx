import { Field } from '@base-ui/react/field';
import type { SignatureColumn } from '../../api/served.ts';
import type { RowTexts } from './row-form.ts';

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
  return (
    <div className="row-fields">
      {columns.map(({ name, type, nullable, categories }, k) => (
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
    </div>
  );
}
