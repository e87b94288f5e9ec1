import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import type { ControlOperations } from '../../api/generated/control-api.ts';
import { momentWords } from '../../facts/times.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Moment } from '../../ui/moment.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { type MadeKey, OVERLAPS } from './shown-once.tsx';

type ApiKey = ControlOperations['GET /api/v1/api-keys']['answer']['items'][number];

const TONES: Readonly<Record<ApiKey['state'], Tone>> = { active: 'steady', expired: 'idle', revoked: 'idle' };
const STATES: Readonly<Record<ApiKey['state'], string>> = {
  active: 'Holds',
  expired: 'Over',
  revoked: 'Revoked',
};

interface KeyRowProps {
  readonly apiKey: ApiKey;
  readonly onMade: (made: MadeKey) => void;
}

/** One key, without the key. */
export const KeyRow = ({ apiKey, onMade }: KeyRowProps) => {
  const { id, name, scope, endpoints, state, createdAt, createdBy, expiresAt, revokedAt } = apiKey;
  return (
    <tr>
      <th scope="row">
        {name}
        <small>{id}</small>
      </th>
      <td>
        {scope}
        {endpoints.length > 0 && <small> {endpoints.join(', ')}</small>}
      </td>
      <td>
        <Badge tone={TONES[state]}>{STATES[state]}</Badge>
      </td>
      <td>
        <Moment at={Date.parse(createdAt)} />
        <small> by {createdBy}</small>
      </td>
      <td>{untilWords(revokedAt, expiresAt)}</td>
      <td className="key-actions">
        {state === 'active' && (
          <>
            <Rotate name={name} onMade={onMade} />
            <Revoke id={id} name={name} />
          </>
        )}
      </td>
    </tr>
  );
};

function untilWords(revokedAt: string | null, expiresAt: string | null): string {
  if (revokedAt !== null) return `ended ${momentWords(Date.parse(revokedAt))}`;
  return expiresAt === null ? 'it is revoked' : momentWords(Date.parse(expiresAt));
}

function Rotate({ name, onMade }: { readonly name: string } & Pick<KeyRowProps, 'onMade'>) {
  const change = useChange();
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]['value']>('day');
  const rotate = async (reason: string): Promise<void> => {
    const overlapMillis = OVERLAPS.find(({ value }) => value === overlap)?.millis ?? 0;
    onMade(
      await change('POST /api/v1/api-keys/{key}:rotate', {
        path: { key: name },
        body: { overlapMillis, reason },
      }),
    );
  };
  return (
    <Confirm
      verb="Rotate"
      title={`Make another key of ${name}?`}
      consequence="It has the same rights, and is shown once. The one before holds for a while, so that its holder can change over."
      onConfirm={rotate}
    >
      <p className="labelled">
        <span>The one before holds for</span>
        <SelectField
          label="The one before holds for"
          value={overlap}
          onChange={setOverlap}
          options={OVERLAPS}
        />
      </p>
    </Confirm>
  );
}

function Revoke({ id, name }: { readonly id: string; readonly name: string }) {
  const change = useChange();
  return (
    <Confirm
      verb="Revoke"
      kind="danger"
      isQuiet
      title={`End the key ${name}?`}
      consequence="Whoever has it is refused from now on. That cannot be taken back."
      onConfirm={(reason) =>
        change('POST /api/v1/api-keys/{key}:revoke', { path: { key: id }, body: { reason } })
      }
    />
  );
}
