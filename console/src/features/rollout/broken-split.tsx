import type { RolloutView } from '../../api/generated/control-api.ts';

/** Units that are not split as they should be: nothing that is said of the versions holds then, so that it comes first. */
export function BrokenSplit({ rollout }: { readonly rollout: RolloutView }) {
  const split = rollout.experiment === null ? rollout.progress?.split : rollout.experiment.split;
  if (!split || split.p >= split.alpha) return null;
  return (
    <section className="alarm" role="alert" aria-label="Broken split">
      <h2>Units are not split as they should be</h2>
      <p>
        By chance a split is this far off {oddsOf(split.p)} (p {split.p.toPrecision(2)}; it holds below{' '}
        {split.alpha}). The router or the recording is at fault, not a version: do not believe any difference
        below. Look for a proxy that strips unit ids, a cache in front of one version, or requests that are
        sent to a version by name.
      </p>
    </section>
  );
}

const oddsOf = (p: number): string =>
  p < 1e-6 ? 'less than once in a million' : `once in ${Math.round(1 / p).toLocaleString('en')}`;
