import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, plural, shareWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SaveButton } from '../../ui/save-button.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { isSigned, type ReportDocument, readReport, type SignedReport } from './report-document.ts';
import './rollout.css';

interface Read {
  readonly report: SignedReport;
  readonly document: ReportDocument;
  readonly signed: boolean | null;
}

/** Asked for once: it may be megabytes, and is a file that one looks at. */
const useReport = (id: string): UseQueryResult<Read> =>
  useQuery({
    queryKey: ['report', id],
    queryFn: async () => {
      const report = await ask('GET /api/v1/rollouts/{id}/evidence', { path: { id } });
      return { report, document: readReport(report), signed: await isSigned(report) };
    },
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });

/** The signed account of a rollout, to be read, kept and verified by anybody. */
export function RolloutReport({ id }: { readonly id: string }) {
  const query = useReport(id);
  const outcome = query.data?.document.outcome;
  return (
    <main id="main">
      <PageHead
        trail={
          <>
            <Link href={hrefOf('rollouts')}>Rollouts</Link> / <Link href={hrefOf('rollouts', id)}>{id}</Link>
          </>
        }
        title="Signed report"
        badge={query.data && <Signature signed={query.data.signed} />}
        sentence={
          outcome === undefined
            ? 'What was counted in every window, what was decided, and by which policy.'
            : `${outcome.reason}. ${outcome.isFinal ? 'Nothing more is to come.' : 'The rollout is not over: the report is as of now.'}`
        }
        actions={
          <SaveButton
            text="Download"
            file={`${id}.report.json`}
            type="application/json"
            load={async () =>
              JSON.stringify(await ask('GET /api/v1/rollouts/{id}/evidence', { path: { id } }), null, 2)
            }
          />
        }
      />
      <Panel title="What it says" query={query}>
        {({ document }) => <Account document={document} />}
      </Panel>
      <Panel title="How to verify it" query={query}>
        {({ report }) => <Verification id={id} report={report} />}
      </Panel>
      <Panel title="Decisions that moved something" query={query}>
        {({ document }) => <ReportDecisions document={document} />}
      </Panel>
      <Panel title="Policy, with every default" query={query}>
        {({ document }) => (
          <Scrolled label="Policy">
            <div className="panel-body">
              <pre className="code">{JSON.stringify(document.policy, null, 2)}</pre>
            </div>
          </Scrolled>
        )}
      </Panel>
    </main>
  );
}

const Signature = ({ signed }: { readonly signed: boolean | null }) =>
  signed === null ? (
    <Badge tone="idle">Signature not checked here</Badge>
  ) : signed ? (
    <Badge tone="steady">Signature holds</Badge>
  ) : (
    <Badge tone="act">Signature does not hold</Badge>
  );

function Account({ document: { rollout, outcome, windows } }: { readonly document: ReportDocument }) {
  const [first, last] = [windows[0], windows.at(-1)];
  return (
    <dl className="account panel-body">
      <dt>Endpoint</dt>
      <dd>{rollout.endpoint}</dd>
      <dt>Begun</dt>
      <dd>
        {momentWords(rollout.startedAt)}
        {rollout.reason !== '' && `: ${rollout.reason}`}
      </dd>
      {rollout.endedAt !== null && (
        <>
          <dt>Over</dt>
          <dd>{momentWords(rollout.endedAt)}</dd>
        </>
      )}
      <dt>Windows</dt>
      <dd>
        {plural(windows.length, 'window')}
        {first &&
          last &&
          `, ${momentWords(Date.parse(first.start))} to ${momentWords(Date.parse(last.start))}`}
      </dd>
      <dt>Units</dt>
      <dd>
        {outcome.arms
          .map(
            ({ name, units, failures }) =>
              `${name}: ${countWords(units)}, of which ${shareWords(units === 0 ? 0 : failures / units)} failed`,
          )
          .join('; ')}
      </dd>
      <dt>Harmed</dt>
      <dd>{plural(outcome.harmedUnits, 'unit')} on account of the candidate</dd>
      <dt>Bound to</dt>
      <dd className="report-digests">
        candidate {rollout.binding.candidate}, stable {rollout.binding.stable}, policy{' '}
        {rollout.binding.policyHash}
      </dd>
    </dl>
  );
}

const Verification = ({ id, report }: { readonly id: string; readonly report: SignedReport }) => (
  <div className="panel-body">
    <p>
      The report is a DSSE envelope, signed with Ed25519. Anybody can verify it offline, with nothing but
      Node: the signature, and the evidence of harm computed anew from the counts of each window.
    </p>
    <pre className="code">
      {`plimsoll rollout evidence ${id} -o ${id}.report.json   # or the download above
plimsoll rollout verify ${id}.report.json --public-key key.pem
node examples/verify-evidence.mjs ${id}.report.json key.pem`}
    </pre>
    <p>
      The key of this server, <code className="report-digests">{report.keyId}</code>. Get it from where you
      trust it: one that comes with the report proves that the report is whole, not whose it is.
    </p>
    <pre className="code">{report.publicKey.trim()}</pre>
  </div>
);

const DECISION_COLUMNS = [{ text: 'When' }, { text: 'Verdict' }, { text: 'Why' }];

const ReportDecisions = ({ document: { decisions } }: { readonly document: ReportDocument }) => (
  <Scrolled label="Decisions of the report">
    <table>
      <ColumnHeads columns={DECISION_COLUMNS} />
      <tbody>
        {decisions.map(({ id, decidedAt, verdict, reason }) => (
          <tr key={id}>
            <td>{momentWords(decidedAt)}</td>
            <th scope="row">{verdict}</th>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);
