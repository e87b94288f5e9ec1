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
  const failed = version.checks.filter(({ ok }) => !ok).length;
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
      <h3>
        {plural(version.checks.length, 'check')}, {failed === 0 ? 'all passed' : `${failed} failed`}
      </h3>
      <ul className="checks">
        {version.checks.map(({ name, ok, detail }) => (
          <li key={name} className={ok ? 'check-passed' : 'check-failed'}>
            <strong>{name}</strong> {ok ? 'passed' : 'failed'}: {detail}
          </li>
        ))}
      </ul>
    </div>
  );
}
