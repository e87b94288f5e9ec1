import { useParts } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { More } from '../../ui/more.tsx';
import { Panel } from '../../ui/panel.tsx';

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Version' },
  { text: 'State' },
  { text: 'Why' },
  { text: 'Began' },
];

export function RolloutHistory({ endpoint }: { readonly endpoint: string }) {
  const query = useParts('GET /api/v1/endpoints/{endpoint}/rollouts', { path: { endpoint } }, 10);
  return (
    <Panel
      title="Rollouts"
      query={query}
      actions={
        <Link href={`${hrefOf('rollouts')}?endpoint=${encodeURIComponent(endpoint)}`}>All of them</Link>
      }
      empty={(items) => (items.length === 0 ? 'No version has been rolled out here yet.' : null)}
    >
      {(items) => (
        <>
          <table>
            <ColumnHeads columns={COLUMNS} />
            <tbody>
              {items.map(({ id, candidate, stableVersion, strategy, state, reason, startedAt, by }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={hrefOf('rollouts', id)}>
                      {stableVersion} → {candidate}
                    </Link>
                    <small>{strategy}</small>
                  </th>
                  <td>{state}</td>
                  <td>{reason}</td>
                  <td>
                    {new Date(startedAt).toLocaleString('en-GB')} <small>by {by}</small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <More query={query} text="Earlier rollouts" />
        </>
      )}
    </Panel>
  );
}
