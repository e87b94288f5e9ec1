import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import type { EndpointRow } from './row.ts';

const MOST = 6;

/** What a person has to do, one card an endpoint. */
export function Needs({ rows }: { readonly rows: readonly EndpointRow[] }) {
  if (rows.length === 0) return null;
  return (
    <ul className="needs" aria-label="What needs you">
      {rows
        .slice(0, MOST)
        .map(({ endpoint: { name, rollout }, standing: { sentence, advice, place, others } }) => (
          <li key={name} className="need">
            <Badge tone="act">{name}</Badge>
            <p className="need-sentence">{sentence}</p>
            {advice !== null && <p className="need-advice">{advice}</p>}
            {others > 0 && <p className="need-advice">and {plural(others, 'other reason')}</p>}
            <Link
              href={
                place === 'rollout' && rollout !== null
                  ? hrefOf('rollouts', rollout.id)
                  : hrefOf('endpoints', name)
              }
              aria-label={`Open ${name}`}
            >
              Open
            </Link>
          </li>
        ))}
      {rows.length > MOST && <li className="need need-more">and {rows.length - MOST} more below</li>}
    </ul>
  );
}
