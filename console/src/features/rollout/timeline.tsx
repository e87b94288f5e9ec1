import type { RolloutHistory, RolloutView } from '../../api/generated/control-api.ts';
import { asksApproval } from '../../facts/standing.ts';
import { momentWords } from '../../facts/times.ts';
import { countWords, durationWords } from '../../facts/words.ts';
import { type StageSpan, stageSpans } from './stage-spans.ts';

type Progress = NonNullable<RolloutView['progress']>;
type Stage = Progress['stages'][number];

interface TimelineProps {
  readonly rollout: RolloutView;
  readonly moments: RolloutHistory['moments'];
  /** When both were asked for. */
  readonly now: number;
}

/** The ramp, stage by stage: what is over, what is now and how far, what is to come and when. */
export function Timeline({ rollout, moments, now }: TimelineProps) {
  const { progress, stage, state, forecast, endedAt } = rollout;
  if (progress === undefined)
    return <p className="empty">This strategy has one step: {Math.round(rollout.weight)} % of units.</p>;
  const isOver = state !== 'running' && state !== 'holding';
  const asking = progress.stages.findIndex((_, k) => asksApproval(rollout, k));
  // What comes after an approval comes when somebody has given it.
  const isForeseen = (k: number): boolean => asking === -1 || k <= asking;
  const spans = stageSpans(moments, progress.stages.length, endedAt === null ? null : Date.parse(endedAt));
  return (
    <ol className="timeline">
      {progress.stages.map((one, k) => {
        const place =
          state === 'promoted' || k < stage ? 'done' : k > stage ? 'next' : isOver ? 'ended' : 'now';
        const end = forecast?.stages.find((found) => found.stage === k)?.end ?? null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={k} className={`stage-${place}`} aria-current={place === 'now' ? 'step' : undefined}>
            <strong>{one.shadow > 0 ? `Shadow ${one.shadow} %` : `${one.weight} %`}</strong>
            <small>{placeWords(place, !isOver && asksApproval(rollout, k))}</small>
            <Span span={spans[k] ?? null} />
            {place === 'now' && <Now stage={one} progress={progress} />}
            {state === 'running' && k >= stage && isForeseen(k) && end !== null && end >= 1000 && (
              <small>
                {k === asking ? 'waits for approval' : 'ends'} in about {durationWords(end)},{' '}
                {momentWords(now + end)}
              </small>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const PLACES = { done: 'over', now: 'now', next: 'to come', ended: 'ended here' } as const;

const placeWords = (place: keyof typeof PLACES, asks: boolean): string =>
  asks ? `${PLACES[place]}, needs approval` : PLACES[place];

function Span({ span }: { readonly span: StageSpan | null }) {
  if (span === null) return null;
  return (
    <small>
      since {momentWords(span.from)}
      {span.to !== null && <>, for {durationWords(Math.max(1000, span.to - span.from))}</>}
    </small>
  );
}

function Now({ stage: { bake, minUnits, weight }, progress }: { stage: Stage; progress: Progress }) {
  const { elapsed, bake: seen, candidateUnits, stableUnits } = progress;
  const [done, units] = [weight === 100 ? elapsed : seen, Math.min(candidateUnits, stableUnits)];
  return (
    <>
      <label>
        <small>
          {durationWords(Math.min(done, bake))} of {durationWords(bake)} of evidence time
        </small>
        <progress value={bake === 0 ? 1 : Math.min(1, done / bake)} />
      </label>
      <label>
        <small>
          {countWords(units)} of {countWords(minUnits)} units in each arm
        </small>
        <progress value={minUnits === 0 ? 1 : Math.min(1, units / minUnits)} />
      </label>
    </>
  );
}
