import type { RolloutHistory, RolloutView } from '../../api/generated/control-api.ts';
import {
  GUARD_NAMES,
  type GuardName,
  guardsOf,
  oddsTick,
  oddsTicks,
  oddsWords,
} from '../../facts/guard-words.ts';
import { countWords } from '../../facts/words.ts';
import type { Curve } from '../../ui/curve.ts';
import { CurveChart } from '../../ui/curve-chart.tsx';
import { markWords } from './decision-words.ts';

interface EvidenceProps {
  readonly rollout: RolloutView;
  readonly history: RolloutHistory;
  /** When both were asked for. */
  readonly now: number;
}

/** Evidence against the candidate below this is none; drawn a little below nothing, and above the bounds. */
const LEAST = -Math.log(4);
const HEADROOM = 1.18;

/** What speaks against the candidate and for it, each on its way to the bound where it decides, from the beginning on. */
export function Evidence({ rollout, history, now }: EvidenceProps) {
  const guards = guardsOf(rollout.evidence);
  if (guards.length === 0)
    return (
      <p className="empty">
        {rollout.strategy === 'immediate'
          ? 'This strategy asks for no evidence.'
          : 'Nothing has been counted yet: evidence begins when both versions were asked.'}
      </p>
    );
  return (
    <ul className="guards panel-body">
      {guards.map(([name]) => (
        <li key={name}>
          <h3>{GUARD_NAMES[name]}</h3>
          <Guard name={name} rollout={rollout} history={history} now={now} />
        </li>
      ))}
    </ul>
  );
}

function Guard({ name, rollout, history, now }: EvidenceProps & { readonly name: GuardName }) {
  const guard = rollout.evidence[name];
  if (guard === undefined) return null;
  const { log, maxLog, bound, certificate, harmedUnits } = guard;
  const points = history.points.map(({ at, guards }) => ({ at, guard: guards[name] }));
  const newest = history.points.at(-1)?.at ?? now;
  const curveOf = (
    title: string,
    ink: Curve['ink'],
    read: (one: (typeof points)[number]['guard']) => number | null,
    last: number | null,
  ): Curve => ({
    ...{ name: title, ink },
    points: [
      // JSON has no infinity: the logarithm of nothing is null in it.
      ...points.map(({ at, guard: one }) => ({ at, value: one === undefined ? null : (read(one) ?? LEAST) })),
      { at: Math.max(newest, Math.min(now, endOf(rollout) ?? now)), value: last ?? LEAST },
    ],
  });
  const [low, high] = [LEAST, Math.max(bound, certificate?.bound ?? 0) * HEADROOM];
  return (
    <>
      <p className="guard-words">
        Harm: <strong>{oddsWords(log)}</strong>, at most {oddsWords(maxLog)}; it rolls back at{' '}
        {oddsWords(bound)}.{' '}
        {certificate &&
          (certificate.log !== null && certificate.log >= certificate.bound ? (
            <>No harm is certified: {oddsWords(certificate.log)}.</>
          ) : (
            <>
              No harm: <strong>{oddsWords(certificate.log)}</strong>; it is certified at{' '}
              {oddsWords(certificate.bound)}.
            </>
          ))}
        {harmedUnits > 0 && ` About ${countWords(harmedUnits)} units went wrong on its account.`}
      </p>
      <CurveChart
        label={`Evidence in ${GUARD_NAMES[name].toLowerCase()} over time, as odds to 1. Harm is at ${oddsWords(log)} and rolls back at ${oddsWords(bound)}.${certificate ? ` No harm is at ${oddsWords(certificate.log)} and is certified at ${oddsWords(certificate.bound)}.` : ''}`}
        valueTitle="Odds, to 1"
        curves={[
          curveOf('Harm', 'harm', (one) => one?.harm ?? null, log),
          ...(certificate ? [curveOf('No harm', 'safe', (one) => one?.noHarm ?? null, certificate.log)] : []),
        ]}
        bounds={[
          { text: `rolls back at ${oddsWords(bound)}`, value: bound, ink: 'harm' },
          ...(certificate
            ? [
                {
                  text: `certified at ${oddsWords(certificate.bound)}`,
                  value: certificate.bound,
                  ink: 'safe' as const,
                },
              ]
            : []),
        ]}
        marks={history.moments.flatMap((moment, k) => {
          const text = markWords(moment, history.moments[k - 1]);
          return text === null ? [] : [{ at: moment.at, text }];
        })}
        from={Date.parse(rollout.startedAt)}
        to={Math.max(newest, endOf(rollout) ?? now)}
        range={[low, high]}
        ticks={oddsTicks(high)}
        formatTick={oddsTick}
        format={oddsWords}
      />
    </>
  );
}

const endOf = ({ endedAt }: RolloutView): number | null => (endedAt === null ? null : Date.parse(endedAt));
