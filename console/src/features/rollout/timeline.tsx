import type { RolloutView } from '../../api/generated/control-api.ts';
import { countWords, durationWords } from '../../facts/words.ts';

type Stage = NonNullable<RolloutView['progress']>['stages'][number];

/** The ramp, stage by stage: what is over, what is now and how far, what is to come and when. */
export function Timeline({ rollout }: { readonly rollout: RolloutView }) {
  const { progress, stage, state, forecast } = rollout;
  if (progress === undefined)
    return <p className="empty">This strategy has one step: {rollout.weight} % of units.</p>;
  const isOver = state !== 'running' && state !== 'holding';
  const endOf = (k: number): number | null => forecast?.stages.find((one) => one.stage === k)?.end ?? null;
  return (
    <ol className="timeline">
      {progress.stages.map((one, k) => {
        const place =
          state === 'promoted' || k < stage ? 'done' : k > stage ? 'next' : isOver ? 'ended' : 'now';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={k} className={`stage-${place}`} aria-current={place === 'now' ? 'step' : undefined}>
            <strong>{one.shadow > 0 ? `Shadow ${one.shadow} %` : `${one.weight} %`}</strong>
            <small>{one.approval ? `${PLACES[place]}, needs approval` : PLACES[place]}</small>
            {place === 'now' && <Now stage={one} rollout={rollout} />}
            {place === 'next' && endOf(k) !== null && (
              <small>ends in about {durationWords(endOf(k) ?? 0)}</small>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const PLACES = { done: 'over', now: 'now', next: 'to come', ended: 'ended here' } as const;

function Now({ stage: { bake, minUnits }, rollout: { progress } }: { stage: Stage; rollout: RolloutView }) {
  if (progress === undefined) return null;
  const { elapsed, candidateUnits, stableUnits } = progress;
  const units = Math.min(candidateUnits, stableUnits);
  return (
    <>
      <label>
        <small>
          {durationWords(Math.min(elapsed, bake))} of {durationWords(bake)} of evidence time
        </small>
        <progress value={bake === 0 ? 1 : Math.min(1, elapsed / bake)} />
      </label>
      <label>
        <small>
          {countWords(units)} of {countWords(minUnits)} units in each arm
        </small>
        <progress value={Math.min(1, units / Math.max(1, minUnits))} />
      </label>
    </>
  );
}
