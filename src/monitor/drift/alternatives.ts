/** What rows may have become, seen from the reference: the alternatives of the e-detector. Pure. */
import { normalQuantile } from '../../statistics/normal.ts';
import { type Alternatives, type Law, lawOf } from './law.ts';

/** Shifts of the mean, in standard deviations. */
const LOCATIONS = [0.15, 0.3, 0.6, 1.2, 2.4].flatMap((theta) => [theta, -theta]);
/** Weights of the squared normal score: wider above 0, narrower below. */
const SCALES = [0.1, 0.25, 0.4, -0.25, -0.75, -2];
/** A share that moves into one bin. */
const SPIKES = [0.03, 0.15, 0.6];
/** Rows of the reference that a law around its shares is worth. */
const CONCENTRATIONS = [4, 30, 200];
/** Shares of a yes in logits from the reference's. */
const LOGITS = [0.25, 0.5, 1, 2, 4, 8].flatMap((d) => [d, -d]);

/** Kinds of alternatives, and how much each is believed in. */
const BELIEF = { location: 0.35, scale: 0.15, spike: 0.2, spread: 0.3 };

/** Shares q ∝ p·exp(t). */
function tilted(shares: Float64Array, exponents: Float64Array): Float64Array {
  const raw = shares.map((p, k) => p * Math.exp(exponents[k]!));
  const total = raw.reduce((sum, q) => sum + q, 0);
  return raw.map((q) => Math.log(q / total));
}

const weighted = (all: readonly Float64Array[], belief: number) =>
  all.map((logShares) => ({ logShares, logWeight: Math.log(belief / all.length) }));

/** Normal scores of the middles of ordered bins. */
function scoresOf(shares: Float64Array): Float64Array {
  let below = 0;
  return shares.map((p) => {
    const score = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, below + p / 2)));
    below += p;
    return score;
  });
}

const spikesOf = (shares: Float64Array): Float64Array[] =>
  SPIKES.flatMap((share) =>
    Array.from(shares, (_, bin) => shares.map((p, k) => Math.log((1 - share) * p + (k === bin ? share : 0)))),
  );

function spreadOf({ shares }: Law, belief: number): Alternatives['spread'] {
  const bins = shares.length;
  const laws = CONCENTRATIONS.map((rows) => shares.map((p) => Math.max(rows * p, 0.5)));
  laws.push(new Float64Array(bins).fill(0.5));
  return laws.map((alpha) => ({ law: lawOf(alpha), logWeight: Math.log(belief / laws.length) }));
}

/** Of numbers: `shares` are of bins in ascending order. */
export function orderedAlternatives(law: Law): Alternatives {
  const { shares } = law;
  const scores = scoresOf(shares);
  const locations = LOCATIONS.map((theta) =>
    tilted(
      shares,
      scores.map((u) => theta * u),
    ),
  );
  const scales = SCALES.map((theta) =>
    tilted(
      shares,
      scores.map((u) => theta * (u * u - 1)),
    ),
  );
  return {
    fixed: [
      ...weighted(locations, BELIEF.location),
      ...weighted(scales, BELIEF.scale),
      ...weighted(spikesOf(shares), BELIEF.spike),
    ],
    spread: spreadOf(law, BELIEF.spread),
  };
}

/** Of categories. */
export function unorderedAlternatives(law: Law): Alternatives {
  return { fixed: weighted(spikesOf(law.shares), 0.5), spread: spreadOf(law, 0.5) };
}

/** Of a share of rows: two bins, of which the first is meant. */
export function shareAlternatives(law: Law): Alternatives {
  const logit = Math.log(law.shares[0]! / law.shares[1]!);
  const fixed = LOGITS.map((d) => {
    const z = logit + d;
    return Float64Array.of(-Math.log1p(Math.exp(-z)), -Math.log1p(Math.exp(z)));
  });
  return {
    fixed: weighted(fixed, 0.7),
    spread: [{ law: lawOf(Float64Array.of(0.5, 0.5)), logWeight: Math.log(0.3) }],
  };
}
