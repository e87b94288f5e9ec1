import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords } from '../../facts/words.ts';
import { TimeChart } from '../../ui/time-chart.tsx';
import { useEvidenceHistory } from './evidence-history.ts';
import { GUARD_NAMES, guardsOf, oddsWords, shareOf } from './guard-words.ts';

/** What speaks against the candidate and for it, each on its way to the bound where it decides. */
export function Evidence({ rollout, at }: { readonly rollout: RolloutView; readonly at: number }) {
  const history = useEvidenceHistory(rollout, at);
  const guards = guardsOf(rollout.evidence);
  if (guards.length === 0) return <p className="empty">This strategy collects no evidence.</p>;
  const isRunning = rollout.state === 'running' || rollout.state === 'holding';
  return (
    <div className="panel-body">
      <ul className="guards">
        {guards.map(([name, { log, bound, certificate, harmedUnits }]) => (
          <li key={name}>
            <h3>{GUARD_NAMES[name]}</h3>
            <Meter kind="harm" label="Harm" log={log} bound={bound} end="rolls back at" />
            {certificate && (
              <Meter
                kind="safe"
                label="No harm"
                log={certificate.log}
                bound={certificate.bound}
                end="certified at"
              />
            )}
            {harmedUnits > 0 && <small>{countWords(harmedUnits)} units went wrong on its account</small>}
          </li>
        ))}
      </ul>
      {isRunning && history.length > 1 && (
        <TimeChart
          label="Evidence of harm since this page was opened, as a share of the way to each bound; at 100 % it is rolled back"
          times={history.map((moment) => moment.at)}
          series={[
            ...guards.map(([name]) => ({
              name: `${GUARD_NAMES[name]}: harm`,
              values: history.map(({ evidence }) => {
                const guard = evidence[name];
                return guard === undefined ? null : shareOf(guard.log, guard.bound) * 100;
              }),
            })),
            { name: 'Bound', values: history.map(() => 100), isBound: true },
          ]}
          format={(value) => (value === null ? '' : `${Math.round(value)} %`)}
        />
      )}
    </div>
  );
}

interface MeterProps {
  readonly kind: 'harm' | 'safe';
  readonly label: string;
  readonly log: number | null;
  readonly bound: number;
  readonly end: string;
}

const Meter = ({ kind, label, log, bound, end }: MeterProps) => (
  <label className={`meter meter-${kind}`}>
    <span>
      {label}: <strong>{oddsWords(log)}</strong>
    </span>
    <progress value={shareOf(log, bound)} />
    <small>
      {end} {oddsWords(bound)}
    </small>
  </label>
);
