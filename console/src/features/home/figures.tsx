import type { LiveTraffic } from '../../api/traffic.ts';
import { errorShare, modelTraffic } from '../../facts/model-traffic.ts';
import { countWords, millisWords, rateWords, shareWords } from '../../facts/words.ts';
import type { EndpointRow } from './row.ts';

/** The server as a whole, in five figures. */
export function Figures({
  rows,
  live,
}: {
  readonly rows: readonly EndpointRow[];
  readonly live: LiveTraffic;
}) {
  const all = modelTraffic(live.latest?.versions ?? []);
  const moving = rows.filter(({ endpoint }) => endpoint.rollout !== null).length;
  const firing = rows.reduce((sum, row) => sum + row.firing.length, 0);
  const over = live.latest?.over ?? null;
  return (
    <dl className="figures">
      <Figure
        name="Traffic"
        value={rateWords(all?.rate ?? null)}
        note={over === null ? 'counting' : 'last minute'}
      />
      <Figure name="Slowest p99" value={millisWords(all?.p99 ?? null)} note="whole request" />
      <Figure
        name="Errors"
        value={shareWords(errorShare(all))}
        note={`${countWords(all?.failed ?? 0)} failed`}
      />
      <Figure name="Rollouts" value={countWords(moving)} note="on their way" />
      <Figure name="Alerts" value={countWords(firing)} note="firing" />
    </dl>
  );
}

const Figure = ({
  name,
  value,
  note,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}) => (
  <div className="figure">
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong> <span>{note}</span>
    </dd>
  </div>
);
