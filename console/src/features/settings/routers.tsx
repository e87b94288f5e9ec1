import type { ControlOperations } from '../../api/generated/control-api.ts';
import { useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';

type Router = ControlOperations['GET /api/v1/routers']['answer']['items'][number];

const COLUMNS: readonly ColumnHead[] = [
  { text: 'Endpoint' },
  { text: 'Router outside' },
  { text: 'State' },
  { text: 'Wanted' },
  { text: 'Found' },
];
const MILLIS = 10_000;

/** How routers outside stand to the routes that they follow. */
export function Routers() {
  const query = useOperation('GET /api/v1/routers', {}, { every: MILLIS });
  return (
    <Panel
      title="Routers"
      query={query}
      empty={({ items }) =>
        items.length === 0
          ? 'No router outside (a gateway of Kubernetes, SageMaker, Vertex) follows an endpoint.'
          : null
      }
    >
      {({ items }) => (
        <Scrolled label="Routers">
          <table>
            <ColumnHeads columns={COLUMNS} />
            <tbody>
              {items.map((router) => (
                <RouterRow key={`${router.endpoint} ${router.router}`} router={router} />
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
    </Panel>
  );
}

const RouterRow = ({ router }: { readonly router: Router }) => {
  const { endpoint, generation, followed, since, wanted, found, writers, error } = router;
  const follows = error === null && followed === generation;
  return (
    <tr className={follows ? undefined : 'row-watch'}>
      <th scope="row">
        <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
      </th>
      <td className="breakable">{router.router}</td>
      <td>
        <Badge tone={error !== null ? 'act' : follows ? 'steady' : 'watch'}>
          {error !== null ? 'Fails' : follows ? 'Follows' : 'Is behind'}
        </Badge>{' '}
        <small>
          route {followed ?? 'none'} of {generation}
          {since !== null && (
            <>
              , since <Moment at={since} />
            </>
          )}
        </small>
        {error !== null && <p className="bad">{error.message}</p>}
        {writers.length > 0 && <p className="note">{writers.join(', ')} write its weights, too.</p>}
      </td>
      <td>{weightsWords(wanted)}</td>
      <td>{found === null ? 'not seen yet' : weightsWords(found)}</td>
    </tr>
  );
};

const weightsWords = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([version, percent]) => `${version}: ${percent} %`)
    .join(', ');
