import { Field } from '@base-ui/react/field';
import { type FormEvent, useId, useState } from 'react';
import type { EndpointView, ModelView } from '../../api/generated/control-api.ts';
import { Button } from '../../ui/button.tsx';
import { Failed } from '../../ui/panel.tsx';
import { Tick } from '../../ui/tick.tsx';
import { arrivalWords, type Earlier, earlierOf, nameProblem } from './arrival-words.ts';
import { type Chosen, modelNameOf, NOTHING_CHOSEN, partsOf, problemsOf, withFiles } from './chosen-files.ts';
import { DropZone } from './drop-zone.tsx';
import { FileTable } from './file-table.tsx';
import { Sending } from './sending.tsx';
import { useSending } from './use-sending.ts';

interface UploadFormProps {
  /** That the address names; empty where it names none. */
  readonly model: string;
  readonly models: readonly ModelView[];
  readonly endpoints: readonly EndpointView[];
  /** Bytes of the largest model that the server takes. */
  readonly largest: number;
  readonly onSent: (model: string, version: number, earlier: Earlier) => void;
}

/** What is sent, under which name, and why. */
export function UploadForm({ model, models, endpoints, largest, onSent }: UploadFormProps) {
  const [chosen, setChosen] = useState<Chosen<File>>(NOTHING_CHOSEN);
  const [typed, setTyped] = useState<string | null>(null);
  const [texts, setTexts] = useState({ note: '', reason: '' });
  const [isBreaking, setBreaking] = useState(false);
  const [allowsPython, setPython] = useState(false);
  const { state, send, cancel } = useSending();
  const isEmpty = chosen.files.length === 0 && chosen.folder === null;
  const name = typed ?? (model || modelNameOf(chosen));
  const problems = problemsOf(chosen, largest);
  const wrongName = nameProblem(name);
  const isSending = state.kind === 'sending';
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const newest = models.find((one) => one.name === name)?.latest.version ?? 0;
    const fields = {
      ...(texts.note === '' ? {} : { note: texts.note }),
      ...(isBreaking ? { breaking: 'true' } : {}),
      ...(allowsPython ? { trust: 'true' } : {}),
      reason: texts.reason.trim(),
    };
    const version = await send(name, { fields, files: partsOf(chosen) });
    if (version !== null) onSent(name, version.version, earlierOf(version, newest));
  };
  if (isSending) return <Sending {...state} onCancel={cancel} />;
  return (
    <form className="panel-body upload-form" onSubmit={(event) => void submit(event)}>
      <DropZone isSmall={!isEmpty} onFiles={(files) => setChosen(withFiles(chosen, files))} />
      {!isEmpty && (
        <>
          <FileTable chosen={chosen} allowsPython={allowsPython} onChange={setChosen} />
          <div className="upload-fields">
            <NameField
              name={name}
              models={models}
              problem={typed === null ? null : wrongName}
              onChange={setTyped}
            />
            <Text
              label="Note"
              placeholder="What is new in it"
              value={texts.note}
              onChange={(note) => setTexts({ ...texts, note })}
            />
            <Text
              label="Reason"
              placeholder="Kept in the audit log"
              value={texts.reason}
              onChange={(reason) => setTexts({ ...texts, reason })}
            />
          </div>
          <details>
            <summary>More</summary>
            <Tick
              label="Inputs or outputs may change so that callers break"
              note="Without it, a version that would break those who call the one that answers now is refused."
              checked={isBreaking}
              onChange={setBreaking}
            />
            <Tick
              label="Let Python run it"
              note="Only for files of people whom you trust: what is in it runs as code, in a sandbox on the server."
              checked={allowsPython}
              onChange={setPython}
            />
          </details>
        </>
      )}
      {problems.length > 0 && (
        <ul className="upload-problems" role="alert">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {state.kind === 'failed' && <Failed error={state.error} />}
      {!isEmpty && (
        <>
          {wrongName === null && <p>{arrivalWords(name, models, endpoints)}</p>}
          <Button
            type="submit"
            kind="main"
            disabled={problems.length > 0 || wrongName !== null || texts.reason.trim() === ''}
          >
            {state.kind === 'failed' ? 'Send it again' : 'Upload and check'}
          </Button>
        </>
      )}
    </form>
  );
}

interface NameFieldProps {
  readonly name: string;
  readonly models: readonly ModelView[];
  readonly problem: string | null;
  readonly onChange: (name: string) => void;
}

function NameField({ name, models, problem, onChange }: NameFieldProps) {
  const list = useId();
  return (
    <Field.Root className="labelled" invalid={problem !== null}>
      <Field.Label>Model</Field.Label>
      <Field.Control
        className="field"
        list={list}
        value={name}
        maxLength={200}
        autoComplete="off"
        onValueChange={(value) => onChange(String(value))}
      />
      <datalist id={list}>
        {models.map((one) => (
          <option key={one.name} value={one.name} />
        ))}
      </datalist>
      <Field.Description>{problem ?? 'One that is there gets another version.'}</Field.Description>
    </Field.Root>
  );
}

interface TextProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const Text = ({ label, placeholder, value, onChange }: TextProps) => (
  <Field.Root className="labelled">
    <Field.Label>{label}</Field.Label>
    <Field.Control
      className="field"
      value={value}
      maxLength={2000}
      placeholder={placeholder}
      onValueChange={(text) => onChange(String(text))}
    />
  </Field.Root>
);
