import { Field } from '@base-ui/react/field';
import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import type { ControlOperations } from '../../api/generated/control-api.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import type { MadeKey } from './shown-once.tsx';

type Scope = ControlOperations['POST /api/v1/api-keys']['body']['scope'];

const SCOPES: readonly { readonly value: Scope; readonly text: string }[] = [
  { value: 'predict', text: 'predict: asks models' },
  { value: 'viewer', text: 'viewer: sees every page' },
  { value: 'operator', text: 'operator: moves traffic, reads rows' },
  { value: 'admin', text: 'admin: everything' },
];
const DAY = 86_400_000;
const LIVES = [
  { value: 'ever', text: 'until it is revoked', millis: null },
  { value: 'week', text: '7 days', millis: 7 * DAY },
  { value: 'quarter', text: '90 days', millis: 90 * DAY },
  { value: 'year', text: '1 year', millis: 365 * DAY },
] as const;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Makes a key: whose, for what, for how long. */
export function NewKeyForm({ onMade }: { readonly onMade: (made: MadeKey) => void }) {
  const change = useChange();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('predict');
  const [endpoints, setEndpoints] = useState('');
  const [life, setLife] = useState<(typeof LIVES)[number]['value']>('quarter');
  const make = async (reason: string): Promise<void> => {
    const lifeMillis = LIVES.find(({ value }) => value === life)?.millis ?? null;
    const only = scope === 'predict' ? namesIn(endpoints) : [];
    onMade(
      await change('POST /api/v1/api-keys', { body: { name, scope, endpoints: only, lifeMillis, reason } }),
    );
    setName('');
    setEndpoints('');
  };
  return (
    <Confirm
      verb="New key"
      kind="main"
      title="Make a key?"
      consequence="It is shown once. Who has it may do what its scope allows, until it is over or revoked."
      isReady={NAME.test(name)}
      onConfirm={make}
    >
      <div className="key-fields">
        <Field.Root className="labelled">
          <Field.Label>Name of its holder</Field.Label>
          <Field.Control className="field" value={name} onValueChange={(value) => setName(String(value))} />
          <Field.Description>Letters, digits, ".", "_" or "-": the audit log names it</Field.Description>
        </Field.Root>
        <p className="labelled">
          <span>Scope</span>
          <SelectField label="Scope" value={scope} onChange={setScope} options={SCOPES} />
        </p>
        {scope === 'predict' && (
          <Field.Root className="labelled">
            <Field.Label>Only these endpoints</Field.Label>
            <Field.Control
              className="field"
              placeholder="all of them"
              value={endpoints}
              onValueChange={(value) => setEndpoints(String(value))}
            />
          </Field.Root>
        )}
        <p className="labelled">
          <span>It holds for</span>
          <SelectField label="It holds for" value={life} onChange={setLife} options={LIVES} />
        </p>
      </div>
    </Confirm>
  );
}

const namesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((name) => name.trim())
      .filter(Boolean),
  ),
];
