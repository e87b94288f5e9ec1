import type { RolloutHistory, RolloutView } from '../../api/generated/control-api.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { decisionWords } from './decision-words.ts';

const COLUMNS: readonly ColumnHead[] = [{ text: 'When' }, { text: 'What' }, { text: 'Why' }];

interface DecisionsProps {
  readonly rollout: RolloutView;
  readonly history: RolloutHistory;
}

/** What was said and decided, the newest first. */
export function Decisions({ rollout, history: { moments, left } }: DecisionsProps) {
  const said = useSaid(rollout.id);
  return (
    <>
      <Scrolled label="Decisions">
        <table className="decisions">
          <ColumnHeads columns={COLUMNS} />
          <tbody>
            {moments
              .map((moment, k) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a decision is its place
                <tr key={k}>
                  <td>
                    <Moment at={moment.at} />
                  </td>
                  <th scope="row">{decisionWords(moment, moments[k - 1])}</th>
                  <td>
                    {said.get(`${moment.at} ${moment.by}`) ?? moment.reason}
                    {said.has(`${moment.at} ${moment.by}`) && <small>{moment.reason}</small>}
                  </td>
                </tr>
              ))
              .toReversed()}
          </tbody>
        </table>
      </Scrolled>
      <p className="note panel-body">
        {left > 0 && `${left} decisions in between are left out here; the signed report has them all. `}
        <AuditLink id={rollout.id} />
      </p>
    </>
  );
}

function AuditLink({ id }: { readonly id: string }) {
  const may = useMay();
  return may('GET /api/v1/audit') ? (
    <Link href={`${hrefOf('audit')}?subject=${encodeURIComponent(`rollout/${id}`)}`}>
      Its entries of the audit log
    </Link>
  ) : (
    'Reasons that people gave are in the audit log, for operators.'
  );
}

/** Reasons that people gave, by when and who: the audit log keeps them, and not everybody may read it. */
function useSaid(id: string): ReadonlyMap<string, string> {
  const may = useMay();
  const { data } = useOperation(
    'GET /api/v1/audit',
    { query: { subject: `rollout/${id}`, limit: 1000 } },
    { every: 30_000, enabled: may('GET /api/v1/audit') },
  );
  const known = (data?.items ?? []).flatMap(({ at, by, body }) => {
    const { why } = (body ?? {}) as { readonly why?: unknown };
    return typeof why === 'string' ? [[`${at} ${by}`, why] as const] : [];
  });
  return new Map(known);
}
