/** What rows may have become, seen from the reference: the alternatives of the e-detector. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { weightedSum } from '../../core/vector.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import {
  type DirichletMultinomial,
  type DriftAlternatives,
  dirichletMultinomial,
} from './dirichlet-multinomial.ts';

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

interface Group {
  /** Shares relative to the reference's, in logarithms. */
  readonly all: readonly Float64Array[];
  /** How much it is believed in. */
  readonly belief: number;
}

/** Of numbers: the bins of the law are in ascending order. */
export function orderedAlternatives(multinomial: DirichletMultinomial): DriftAlternatives {
  const scores = scoresOf(multinomial.shares);
  const locations = LOCATIONS.map((theta) => tilted(multinomial, (u) => theta * u, scores));
  const scales = SCALES.map((theta) => tilted(multinomial, (u) => theta * (u * u - 1), scores));
  const groups = [
    { all: locations, belief: 0.35 },
    { all: scales, belief: 0.15 },
  ];
  return { fixed: fixedOf(groups), spikes: spikesOf(multinomial, 0.2), ...spreadOf(multinomial, 0.3) };
}

/** Of categories. */
export function unorderedAlternatives(multinomial: DirichletMultinomial): DriftAlternatives {
  return { fixed: [], spikes: spikesOf(multinomial, 0.5), ...spreadOf(multinomial, 0.5) };
}

/** Of a share of rows: two bins, of which the first is meant. */
export function shareAlternatives(multinomial: DirichletMultinomial): DriftAlternatives {
  const { logShares } = multinomial;
  const [yes, no] = [elementAt(logShares, 0), elementAt(logShares, 1)];
  const all = LOGITS.map((d) => {
    const z = yes - no + d;
    return Float64Array.of(-Math.log1p(Math.exp(-z)) - yes, -Math.log1p(Math.exp(z)) - no);
  });
  const unknown = { multinomial: dirichletMultinomial(Float64Array.of(0.5, 0.5)), logWeight: Math.log(0.3) };
  return { fixed: fixedOf([{ all, belief: 0.7 }]), spikes: [], spread: [unknown], concentration: 1 };
}

const fixedOf = (groups: readonly Group[]): DriftAlternatives['fixed'] =>
  groups.flatMap(({ all, belief }) =>
    all.map((logShares) => ({ logShares, logWeight: Math.log(belief / all.length) })),
  );

/** Normal scores of the middles of ordered bins. */
function scoresOf(shares: Float64Array): Float64Array {
  let below = 0;
  return shares.map((p) => {
    const score = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, below + p / 2)));
    below += p;
    return score;
  });
}

/** Shares q ∝ p·exp(t(u)). */
function tilted(
  { shares }: DirichletMultinomial,
  tilt: (score: number) => number,
  scores: Float64Array,
): Float64Array {
  const exponents = scores.map(tilt);
  const total = weightedSum(exponents.map(Math.exp), shares);
  return exponents.map((exponent) => exponent - Math.log(total));
}

const spikesOf = ({ shares }: DirichletMultinomial, belief: number): DriftAlternatives['spikes'] =>
  SPIKES.map((share) => ({
    rest: Math.log1p(-share),
    gain: shares.map((p) => Math.log1p(share / ((1 - share) * p))),
    logWeight: Math.log(belief / (SPIKES.length * shares.length)),
  }));

function spreadOf(
  { shares }: DirichletMultinomial,
  belief: number,
): Pick<DriftAlternatives, 'spread' | 'concentration'> {
  const laws = CONCENTRATIONS.map((rows) => shares.map((p) => Math.max(rows * p, 0.5)));
  laws.push(new Float64Array(shares.length).fill(0.5));
  const logWeight = Math.log(belief / laws.length);
  return {
    spread: laws.map((alpha) => ({ multinomial: dirichletMultinomial(alpha), logWeight })),
    concentration: Math.max(...CONCENTRATIONS),
  };
}
