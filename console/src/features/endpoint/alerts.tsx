import { useChange } from '../../api/changes.ts';
import type { AlertView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { durationWords } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';

const ACKNOWLEDGE = 'POST /api/v1/alerts/{alert}:acknowledge';

/** What is pending or firing; nothing where all is well. */
export function Alerts({ alerts }: { readonly alerts: readonly AlertView[] }) {
  const may = useMay();
  const change = useChange();
  if (alerts.length === 0) return null;
  return (
    <ul className="needs" aria-label="Alerts">
      {alerts.map(({ fingerprint, state, severity, told, since, acknowledgedBy, labels }) => (
        <li key={fingerprint} className="need">
          <Badge tone={state === 'firing' && severity !== 'info' ? 'act' : 'watch'}>
            {labels['alertname']}
          </Badge>
          <p className="need-sentence">
            <Link href={hrefOf('alerts', fingerprint)}>{told.sentence}</Link>
          </p>
          <p className="need-advice">{told.advice}</p>
          <p className="need-advice">
            {state} for {durationWords(Date.now() - since)}
            {acknowledgedBy !== null && `, ${acknowledgedBy} looks after it`}
          </p>
          {acknowledgedBy === null && state === 'firing' && may(ACKNOWLEDGE) && (
            <Confirm
              verb="Acknowledge"
              title="Do you look after it?"
              consequence="The alert is not repeated to anybody while it lasts."
              onConfirm={(reason) => change(ACKNOWLEDGE, { path: { alert: fingerprint }, body: { reason } })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
