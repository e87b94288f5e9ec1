import { useModels } from '../../api/queries.ts';
import { Choice } from '../../ui/choice.tsx';
import { NEED_FIELDS, type NeedField, type WrittenNeeds } from './need-fields.ts';

interface NeedsFormProps {
  readonly needs: WrittenNeeds;
  /** What was taken for what is not written, by need. */
  readonly taken: Readonly<Record<string, string>>;
  readonly onChange: (need: string, value: string) => void;
}

/** The same questions as at a terminal: each with an example that has its unit, and what is taken where nothing is said. */
export const NeedsForm = ({ needs, taken, onChange }: NeedsFormProps) => (
  <section className="panel" aria-label="What is needed">
    <header className="panel-head">
      <h2>What is needed</h2>
    </header>
    <div className="panel-body need-fields">
      {NEED_FIELDS.filter(({ isAsked }) => isAsked(needs)).map((field) => (
        <Field
          key={field.need}
          field={field}
          value={needs[field.need] ?? ''}
          taken={taken[field.need]}
          onChange={(value) => onChange(field.need, value)}
        />
      ))}
      <KnownVersions />
    </div>
  </section>
);

const VERSIONS = 'advised-versions';

interface FieldProps {
  readonly field: NeedField;
  readonly value: string;
  readonly taken: string | undefined;
  readonly onChange: (value: string) => void;
}

function Field({ field: { need, text, why, choices, example }, value, taken, onChange }: FieldProps) {
  const id = `need-${need}`;
  const [first = ''] = choices ?? [];
  return (
    <div className="need-field">
      {choices === undefined ? (
        <>
          <label htmlFor={id}>{text}</label>
          <input
            id={id}
            className="field"
            value={value}
            placeholder={taken ?? example}
            aria-describedby={`${id}-why`}
            list={need === 'model' ? VERSIONS : undefined}
            maxLength={60}
            onChange={({ target }) => onChange(target.value)}
          />
        </>
      ) : (
        <>
          <span className="need-field-name">{text}</span>
          <Choice
            label={text}
            value={value === '' ? first : value}
            onChange={(next) => onChange(next === first ? '' : next)}
            options={choices.map((one) => ({ value: one, text: one }))}
          />
        </>
      )}
      <small id={`${id}-why`}>{why}</small>
    </div>
  );
}

/** Versions that are registered here, offered as one writes. */
function KnownVersions() {
  const { data = [] } = useModels();
  return (
    <datalist id={VERSIONS}>
      {data.map(({ name, latest: { version } }) => (
        <option key={name} value={`${name}@${version}`} />
      ))}
    </datalist>
  );
}
