import { Field } from '@base-ui/react/field';
import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import { MONITOR_GRAMMAR, type PolicyGrammar } from '../../api/generated/monitor-grammar.ts';
import { useMay } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { isTable, withValue } from './policy-document.ts';
import { Setting } from './setting.tsx';

const TEST = 'POST /api/v1/endpoints/{endpoint}/receivers/{receiver}:test';

interface ReceiversProps {
  readonly endpoint: string;
  readonly receivers: unknown;
  readonly written: unknown;
  readonly onChange: (receivers: unknown) => void;
}

const ofReceivers = MONITOR_GRAMMAR.properties?.['receivers']?.additionalProperties;
const KINDS: readonly PolicyGrammar[] = typeof ofReceivers === 'object' ? (ofReceivers.oneOf ?? []) : [];
const kindName = ({ properties }: PolicyGrammar): string => properties?.['kind']?.enum?.[0] ?? '';

/** Who is told. Secrets are never in the policy: they are named as `env:NAME` or `file:PATH`. */
export function Receivers({ endpoint, receivers, written, onChange }: ReceiversProps) {
  const known = Object.entries(isTable(receivers) ? receivers : {});
  return (
    <details className="policy-section" open={known.length > 0 || undefined}>
      <summary>
        Receivers <small>who is told; {known.length === 0 ? 'nobody yet' : `${known.length} set`}</small>
      </summary>
      <p className="note">
        Secrets are never written here: name where they are, as <code>env:NAME</code> or{' '}
        <code>file:PATH</code>.
      </p>
      {known.map(([name, receiver]) => (
        <Receiver
          key={name}
          endpoint={endpoint}
          name={name}
          receiver={receiver}
          isInForce={isTable(written) && JSON.stringify(written[name]) === JSON.stringify(receiver)}
          onChange={(value) => onChange(emptied(withValue(receivers, [name], value)))}
        />
      ))}
      <NewReceiver
        taken={known.map(([name]) => name)}
        onAdd={(name, kind) => onChange(withValue(receivers, [name], { kind }))}
      />
    </details>
  );
}

const emptied = (table: Readonly<Record<string, unknown>>): unknown =>
  Object.keys(table).length === 0 ? undefined : table;

interface ReceiverProps {
  readonly endpoint: string;
  readonly name: string;
  readonly receiver: unknown;
  readonly isInForce: boolean;
  readonly onChange: (receiver: unknown) => void;
}

function Receiver({ endpoint, name, receiver, isInForce, onChange }: ReceiverProps) {
  const own = isTable(receiver) ? receiver : {};
  const kind = KINDS.find((one) => kindName(one) === own['kind']);
  const fields = Object.entries(kind?.properties ?? {}).filter(([key]) => key !== 'kind');
  return (
    <fieldset className="receiver">
      <legend>
        {name} <small>{String(own['kind'] ?? 'of an unknown kind')}</small>
      </legend>
      <div className="settings">
        {fields.map(([key, node]) => (
          <Setting
            key={key}
            path={[name, key]}
            node={node}
            value={own[key]}
            onChange={(value) => onChange(withValue(own, [key], value))}
          />
        ))}
      </div>
      <div className="receiver-actions">
        <Button onClick={() => onChange(undefined)}>Remove {name}</Button>
        {isInForce && <TestReceiver endpoint={endpoint} name={name} />}
      </div>
    </fieldset>
  );
}

/** Sends a message now, as the policy in force says. */
function TestReceiver({ endpoint, name }: { readonly endpoint: string; readonly name: string }) {
  const may = useMay();
  const change = useChange();
  const [told, setTold] = useState<string | null>(null);
  if (!may(TEST)) return null;
  const test = async (): Promise<void> => {
    setTold('Sending …');
    try {
      const { ok, detail } = await change(TEST, {
        path: { endpoint, receiver: name },
        body: { reason: 'tested from the console' },
      });
      setTold(`${ok ? 'It was taken' : 'It was not taken'}: ${detail}`);
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <Button onClick={() => void test()}>Send a test to {name}</Button>
      <span role="status">{told}</span>
    </>
  );
}

interface NewReceiverProps {
  readonly taken: readonly string[];
  readonly onAdd: (name: string, kind: string) => void;
}

function NewReceiver({ taken, onAdd }: NewReceiverProps) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState('webhook');
  const isFree = name.trim() !== '' && !taken.includes(name.trim());
  const add = (): void => {
    onAdd(name.trim(), kind);
    setName('');
  };
  return (
    <div className="receiver-new">
      <Field.Root className="labelled">
        <Field.Label>Name of a new receiver</Field.Label>
        <Field.Control
          className="field"
          value={name}
          maxLength={100}
          onValueChange={(value) => setName(String(value))}
        />
      </Field.Root>
      <SelectField
        label="Kind of the receiver"
        value={kind}
        onChange={setKind}
        options={KINDS.map((one) => ({ value: kindName(one), text: kindName(one) }))}
      />
      <Button disabled={!isFree} onClick={add}>
        Add
      </Button>
    </div>
  );
}
