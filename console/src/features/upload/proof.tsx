import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Panel } from '../../ui/panel.tsx';
import { classWords, findingWords, headlineWords, partWords, pythonWords, wayWords } from './fact-words.ts';
import type { ProofView } from './proof-view.ts';

type Check = ProofView['version']['checks'][number];
type Facts = NonNullable<ProofView['facts']>;

/** Checks that every file goes through; others come where it needs them. */
const EXPECTED = ['checksum', 'format', 'self-test', 'signature', 'warm-up', 'memory'];

/** What the file is, and its checks as they pass. */
export const Proof = ({ query }: { readonly query: UseQueryResult<ProofView> }) => (
  <div className="columns">
    <Panel title="Checks" query={query}>
      {({ version, stage }) => (
        <Checks
          checks={version.checks}
          stage={version.state === 'validating' ? (stage ?? 'waiting') : null}
        />
      )}
    </Panel>
    <Panel
      title="What the file is"
      query={query}
      empty={({ version, facts }) =>
        facts !== null ? null : version.state === 'validating' ? (
          'It is being read.'
        ) : (
          <>
            It was checked a while ago. The{' '}
            <Link href={hrefOf('models', version.model)}>versions of {version.model}</Link> tell more.
          </>
        )
      }
    >
      {({ facts }) => facts !== null && <FileFacts facts={facts} />}
    </Panel>
  </div>
);

function Checks({ checks, stage }: { readonly checks: readonly Check[]; readonly stage: string | null }) {
  const next = EXPECTED.filter((name) => checks.every((check) => check.name !== name));
  return (
    <ul className="proof-checks" aria-live="polite">
      {checks.map((check) => (
        <li key={check.name} className={check.ok ? 'proof-passed' : 'proof-failed'}>
          <Mark of={check.ok ? 'passed' : 'failed'} />
          <strong>{check.name}</strong>
          {check.ok ? <span>{check.detail}</span> : <Failure check={check} />}
        </li>
      ))}
      {stage !== null && (
        <li className="proof-now">
          <Mark of="now" />
          <strong>{stage}</strong>
          <span>…</span>
        </li>
      )}
      {stage !== null &&
        next.map((name) => (
          <li key={name} className="proof-next" aria-hidden="true">
            <Mark of="next" />
            <strong>{name}</strong>
          </li>
        ))}
    </ul>
  );
}

const MARKS = {
  passed: <path d="M3 8.5 6.5 12 13 4.5" />,
  failed: <path d="m4 4 8 8m0-8-8 8" />,
  now: <circle cx="8" cy="8" r="5" strokeDasharray="20 12" />,
  next: <circle cx="8" cy="8" r="2" />,
};

const Mark = ({ of }: { readonly of: keyof typeof MARKS }) => (
  <>
    <svg viewBox="0 0 16 16" aria-hidden="true" className="proof-mark">
      {MARKS[of]}
    </svg>
    <span className="unseen">{of}</span>
  </>
);

const Failure = ({ check }: { readonly check: Check }) => (
  <div className="proof-failure">
    <p>{findingWords(check.detail)}</p>
    {wayWords(check) !== '' && (
      <p>
        <strong>What to do:</strong> {wayWords(check)}
      </p>
    )}
    {check.code !== undefined && <code>{check.code}</code>}
  </div>
);

function FileFacts({ facts }: { readonly facts: Facts }) {
  const { estimators, moreEstimators, columns, outputs, notes } = facts;
  const told = pythonWords(facts);
  const isRisk = told.some((one) => one.isRisk);
  return (
    <div className="panel-body proof-facts">
      <p>
        <strong>{headlineWords(facts)}</strong>
      </p>
      {told.map((one) => (
        <p key={one.text} className={one.isRisk ? 'proof-risk' : ''}>
          {one.isRisk && <Badge tone="act">Runs code</Badge>} {one.text}
        </p>
      ))}
      {told.length === 0 && <p>All of it is read as data; nothing of it is ever run.</p>}
      {estimators.length > 0 && !isRisk && (
        <>
          <h3>Estimators</h3>
          <ul className="proof-estimators">
            {estimators.map(({ depth, name, class: type }, k) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an estimator is its place
              <li key={k} className={`depth-${Math.min(depth, 6)}`}>
                {name !== '' && <span className="faint">{partWords(name)}: </span>}
                {classWords(type)}
              </li>
            ))}
          </ul>
          {moreEstimators > 0 && <p className="note">and {moreEstimators} more</p>}
        </>
      )}
      {columns !== null && (
        <p className="note">
          Takes {columns === 1 ? '1 column' : `${columns} columns`}; answers {outputs.join(', ')}.
        </p>
      )}
      {notes
        .filter(({ level }) => level === 'warning')
        .map(({ text }) => (
          <p key={text} className="note">
            {text}
          </p>
        ))}
    </div>
  );
}
