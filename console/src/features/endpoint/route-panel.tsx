import type { UseQueryResult } from '@tanstack/react-query';
import type { EndpointView } from '../../api/generated/control-api.ts';
import { BUCKETS, routeShares, unitWords } from '../../facts/route-words.ts';
import { countWords, shareWords } from '../../facts/words.ts';
import { Panel } from '../../ui/panel.tsx';

/** Where requests go: ranges of the ten thousand buckets that units are hashed into. */
export const RoutePanel = ({ query }: { readonly query: UseQueryResult<EndpointView> }) => (
  <Panel title="Route" query={query}>
    {({ route }) => (
      <div className="panel-body">
        <svg className="route" viewBox={`0 0 ${BUCKETS} 100`} preserveAspectRatio="none" aria-hidden="true">
          {routeShares(route).map(({ from, to, role }) => (
            <rect key={from} className={`role-${role}`} x={from} width={to - from} height="100" />
          ))}
        </svg>
        <ul className="legend-list">
          {routeShares(route).map(({ from, to, version, role, share }) => (
            <li key={from}>
              <i className={`role-${role}`} aria-hidden="true" /> <strong>version {version}</strong> {role},{' '}
              {shareWords(share)} of units{' '}
              <small>
                buckets {countWords(from)} to {countWords(to - 1)}
              </small>
            </li>
          ))}
          {route.shadow !== null && (
            <li>
              <strong>version {route.shadow.version}</strong> gets copies of {route.shadow.percent} % of
              requests, and answers nobody
            </li>
          )}
          {route.rules.map(({ header, values, version }) => (
            <li key={`${header} ${values.join()}`}>
              <code>
                {header}: {values.join(' or ')}
              </code>{' '}
              always gets <strong>version {version}</strong>
            </li>
          ))}
        </ul>
        <p className="note">
          {unitWords(route.unit)} Generation {route.generation}.
        </p>
      </div>
    )}
  </Panel>
);
