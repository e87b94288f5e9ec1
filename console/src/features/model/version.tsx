import type { EndpointView, VersionView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { millisWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
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
  return (
    <li>
      <h3>
        <Link href={hrefOf('models', version.model, 'versions', number)}>Version {number}</Link>{' '}
        <Badge tone={TONES[state]}>{state}</Badge>{' '}
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
        rolloutTargets(version, endpoints).map(({ name }) => (
          <Link
            key={name}
            className="button"
            href={`${hrefOf('models', version.model, 'versions', number, 'rollout')}?${new URLSearchParams({ endpoint: name })}`}
          >
            Roll out to {name}
          </Link>
        ))}
    </li>
  );
}
