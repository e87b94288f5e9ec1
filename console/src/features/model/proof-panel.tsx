import type { CertificateView, VersionView } from '../../api/generated/control-api.ts';
import { millisWords, plural } from '../../facts/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { PROOF_NAMES, proofSentence, worstSentence } from './proof-words.ts';

interface ProofPanelProps {
  readonly certificate: CertificateView;
  readonly version: VersionView;
}

/** What made it ready, and every check that it went through. */
export function ProofPanel({
  certificate: { verification, runtime, rowMicros, environment },
  version,
}: ProofPanelProps) {
  const worst = worstSentence(verification);
  return (
    <div className="panel-body version-panel">
      <p>
        <Badge tone={verification.proof === 'single-engine' ? 'watch' : 'steady'}>
          {PROOF_NAMES[verification.proof] ?? verification.proof}
        </Badge>{' '}
        {proofSentence(verification)}
      </p>
      {worst !== null && <p className="note">{worst}</p>}
      <p className="note">
        It runs on {runtime}, a row takes {millisWords(rowMicros / 1000)}.{' '}
        {verification.proof === 'engines-agree' && ` Its rows were made with seed ${verification.seed}.`}
        {environment !== null && ` It was proved with Python ${environment.provedWith}.`}
      </p>
      <ChecksList version={version} />
    </div>
  );
}

/** Every check that a version went through, in its order. */
export function ChecksList({ version: { checks } }: { readonly version: VersionView }) {
  const failed = checks.filter(({ ok }) => !ok).length;
  return (
    <>
      <h3>
        {plural(checks.length, 'check')}, {failed === 0 ? 'all passed' : `${failed} failed`}
      </h3>
      <ul className="checks">
        {checks.map(({ name, ok, detail, code, hint }) => (
          <li key={name} className={ok ? 'check-passed' : 'check-failed'}>
            <strong>{name}</strong> {ok ? 'passed' : 'failed'}: {detail}
            {!ok && code !== undefined && (
              <>
                {'. '}
                {hint} <code>{code}</code>
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
