/** Strategies in words. Pure. */
import type { OfferedStrategy } from './lint-view.ts';

interface StrategyWords {
  readonly name: string;
  readonly what: string;
  /** On the button that begins it. */
  readonly verb: string;
}

export const STRATEGIES: Readonly<Record<OfferedStrategy, StrategyWords>> = {
  canary: {
    name: 'Canary',
    what: 'A few get it first, then more and more, as long as it does no harm. Harm takes everybody back at once.',
    verb: 'Begin the canary',
  },
  shadow: {
    name: 'Shadow',
    what: 'It gets copies of requests and answers nobody. What it would have said is compared.',
    verb: 'Begin the shadow',
  },
  'blue-green': {
    name: 'Blue-green',
    what: 'Copies first, then everybody at once. A few stay with the version of before, to compare with.',
    verb: 'Begin blue-green',
  },
  ab: {
    name: 'A/B experiment',
    what: 'Both answer side by side until a business metric that you report says which is better.',
    verb: 'Begin the experiment',
  },
  immediate: {
    name: 'At once, without evidence',
    what: 'Everybody gets it now. For when the version that answers is worse than anything could be.',
    verb: 'Give it to everybody at once',
  },
};

export const OFFERED = Object.keys(STRATEGIES) as readonly OfferedStrategy[];

export const isOffered = (name: string): name is OfferedStrategy => Object.hasOwn(STRATEGIES, name);

interface Begun {
  readonly strategy: OfferedStrategy;
  readonly endpoint: string;
  readonly version: number;
  readonly stable: number;
}

/** What will happen once it is confirmed, and whether it can be taken back. */
export function consequenceWords({ strategy, endpoint, version, stable }: Begun): string {
  const back = `Harm takes everybody back to version ${stable} at once; so can you, at any time.`;
  switch (strategy) {
    case 'canary':
      return `Version ${version} gets more of the units of ${endpoint} stage by stage, only with evidence. ${back}`;
    case 'shadow':
      return `Requests of ${endpoint} are copied to version ${version}. Version ${stable} goes on answering everybody: end it when you have seen enough.`;
    case 'blue-green':
      return `Requests of ${endpoint} are copied to version ${version}; if it does no harm it answers everybody at once but for those who are held back. ${back}`;
    case 'ab':
      return `Versions ${version} and ${stable} answer the units of ${endpoint} side by side until the metric decides. An arm that does harm ends at once.`;
    case 'immediate':
      return `Version ${version} answers everybody at ${endpoint} now. Nothing is compared before, and nothing takes it back but a person. Version ${stable} is kept ready for that; who did this, and why, is kept and alerted.`;
  }
}
