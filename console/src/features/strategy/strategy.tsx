import type { EndpointView } from '../../api/generated/control-api.ts';
import { useEndpoints, useMay, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSettled } from '../../ui/settled.ts';
import { RELEASE_STEPS, Steps } from '../../ui/steps.tsx';
import { Begin } from './begin.tsx';
import { Expectation } from './expectation.tsx';
import type { OfferedStrategy } from './lint-view.ts';
import { policyIn } from './policy-draft.ts';
import { PolicyPanel } from './policy-panel.tsx';
import { isOffered, OFFERED, STRATEGIES } from './strategy-words.ts';
import { noTargetWords, targetsOf } from './targets.ts';
import './strategy.css';

interface StrategyProps {
  readonly model: string;
  readonly version: number;
}

/** How a version gets its traffic: a strategy, its policy, what is to be expected, and the beginning. The address holds all of it. */
export function Strategy({ model, version }: StrategyProps) {
  const query = useEndpoints();
  const [wanted, setWanted] = useParameter('endpoint', '');
  const targets = targetsOf(model, version, query.data ?? []);
  const target = targets.find(({ name }) => name === wanted) ?? targets[0];
  const sentence =
    target === undefined
      ? query.data === undefined
        ? ''
        : 'There is nothing to choose.'
      : `Version ${target.stable} answers everybody at ${target.name}. Choose how version ${version} gets its traffic.`;
  return (
    <main id="main">
      <PageHead
        trail={
          <>
            <Link href={hrefOf()}>Endpoints</Link> /{' '}
            <Link href={hrefOf('models', model)}>Versions of {model}</Link>
          </>
        }
        title={`Roll out version ${version} of ${model}`}
        sentence={sentence}
      />
      <Steps label="Way of a version" names={RELEASE_STEPS} now={2} />
      {targets.length > 1 && target !== undefined && (
        <p className="target-choice">
          Endpoint{' '}
          <Choice
            label="Endpoint"
            value={target.name}
            onChange={setWanted}
            options={targets.map(({ name }) => ({ value: name, text: name }))}
          />
        </p>
      )}
      {target !== undefined && <Choosing key={target.name} endpoint={target} version={version} />}
      {target === undefined && (
        <Panel
          title="Strategy"
          query={query}
          empty={(all) => <Nothing model={model} version={version} all={all} />}
        >
          {() => null}
        </Panel>
      )}
    </main>
  );
}

const Nothing = ({ model, version, all }: StrategyProps & { readonly all: readonly EndpointView[] }) => {
  const { text, rollout } = noTargetWords(model, version, all);
  return (
    <>
      {text} {rollout !== null && <Link href={hrefOf('rollouts', rollout)}>Open the rollout</Link>}
    </>
  );
};

interface ChoosingProps {
  readonly endpoint: EndpointView;
  readonly version: number;
}

const EVERY = 30_000;

function Choosing({ endpoint, version }: ChoosingProps) {
  const { name, stable } = endpoint;
  const may = useMay();
  const [named, setStrategy] = useParameter('strategy', 'canary');
  const [policy, setPolicy] = useParameter('policy', '');
  const [rate, setRate] = useParameter('rate', '');
  const strategy: OfferedStrategy = isOffered(named) ? named : 'canary';
  const asked = useSettled(`${strategy}\n${policy}\n${rate}`);
  const [, settled = '', settledRate = ''] = asked.split('\n');
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/rollout-lint',
    {
      path: { endpoint: name },
      query: {
        candidate: version,
        strategy,
        policy: settled === '' ? undefined : settled,
        rate: Number(settledRate) > 0 ? Number(settledRate) : undefined,
      },
    },
    { every: EVERY, keeps: true },
  );
  const isSettled = !query.isPlaceholderData && asked === `${strategy}\n${policy}\n${rate}`;
  const choose = (next: OfferedStrategy): void => {
    // What is written for one strategy says nothing of another.
    setPolicy('');
    setStrategy(next);
  };
  const at = { strategy, endpoint: name, version, stable };
  return (
    <>
      <StrategyCards value={strategy} onChange={choose} />
      <div className="columns">
        {strategy !== 'immediate' && (
          <PolicyPanel
            key={strategy}
            query={query}
            strategy={strategy}
            version={version}
            policy={policy}
            onChange={setPolicy}
          />
        )}
        <Expectation query={query} at={at} rate={rate} onRate={setRate} />
      </div>
      {may('POST /api/v1/endpoints/{endpoint}/rollouts') ? (
        <Begin at={at} lint={isSettled ? query.data : undefined} policy={policyIn(policy)} />
      ) : (
        <p className="note">Your key may look, and begins nothing: that takes the scope operator.</p>
      )}
    </>
  );
}

interface StrategyCardsProps {
  readonly value: OfferedStrategy;
  readonly onChange: (strategy: OfferedStrategy) => void;
}

const StrategyCards = ({ value, onChange }: StrategyCardsProps) => (
  <fieldset className="strategies">
    <legend>Strategy</legend>
    {OFFERED.map((one) => (
      <label key={one} className={`strategy ${one === 'immediate' ? 'strategy-blunt' : ''}`}>
        <input
          type="radio"
          name="strategy"
          value={one}
          checked={one === value}
          onChange={() => onChange(one)}
        />
        <span>
          <strong>{STRATEGIES[one].name}</strong>
          <small>{STRATEGIES[one].what}</small>
        </span>
      </label>
    ))}
  </fieldset>
);
