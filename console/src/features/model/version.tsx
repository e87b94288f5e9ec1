import { useChange } from '../../api/changes.ts';
import type { EndpointView, VersionView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { millisWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { rolesOf, rolloutTargets } from './rollout-targets.ts';

const START = 'POST /api/v1/endpoints/{endpoint}/rollouts';

const TONES: Readonly<Record<VersionView['state'], Tone>> = {
  validating: 'moving',
  ready: 'steady',
  refused: 'act',
  archived: 'idle',
};

interface VersionProps {
  readonly version: VersionView;
  readonly endpoints: readonly EndpointView[];
}

/** One version: what it is, what was checked before it was ready, and what can be done with it. */
export function Version({ version, endpoints }: VersionProps) {
  const {
    version: number,
    state,
    file,
    proof,
    runtime,
    rowMicros,
    createdAt,
    createdBy,
    note,
    aliases,
  } = version;
  const failed = version.checks.filter(({ ok }) => !ok);
  const may = useMay();
  const change = useChange();
  return (
    <li>
      <h3>
        Version {number} <Badge tone={TONES[state]}>{state}</Badge>{' '}
        {aliases.map((alias) => (
          <small key={alias}>{alias} </small>
        ))}
      </h3>
      <p className="note">
        {file}, {runtime ?? 'not loaded'}
        {rowMicros !== null && `, ${millisWords(rowMicros / 1000)} a row`}
        {proof !== null && `, proof: ${proof}`}. Sent by {createdBy},{' '}
        {new Date(createdAt).toLocaleString('en-GB')}. {note}
      </p>
      <ul className="plain">
        {rolesOf(version, endpoints).map(({ endpoint, role }) => (
          <li key={endpoint}>
            It {role} <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
          </li>
        ))}
      </ul>
      {version.checks.length > 0 && (
        <details open={failed.length > 0}>
          <summary>
            {version.checks.length} checks, {failed.length === 0 ? 'all passed' : `${failed.length} failed`}
          </summary>
          <ul className="plain">
            {version.checks.map(({ name, ok, detail }) => (
              <li key={name} className={ok ? '' : 'bad'}>
                <strong>{name}</strong> {ok ? 'passed' : 'failed'}: {detail}
              </li>
            ))}
          </ul>
        </details>
      )}
      {may(START) &&
        rolloutTargets(version, endpoints).map(({ name, stable }) => (
          <Confirm
            key={name}
            verb={`Roll out to ${name}`}
            title={`Begin a canary of version ${number} at ${name}?`}
            consequence={`It begins as the endpoint's policy says: version ${number} gets more units only with evidence, and harm takes everybody back to version ${stable}.`}
            onConfirm={(reason) =>
              change(START, {
                path: { endpoint: name },
                body: { candidate: number, strategy: 'canary', reason },
              })
            }
          />
        ))}
    </li>
  );
}
