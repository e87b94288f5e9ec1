import type { RolloutSummary } from '../../api/generated/control-api.ts';
import { useEndpoints, useParts } from '../../api/queries.ts';
import { STATE_LEVELS, STATE_NAMES } from '../../facts/rollout-words.ts';
import { STRATEGY_NAMES } from '../../facts/standing.ts';
import { durationWords, plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import './rollout.css';

const STATES = [
  { value: 'all', text: 'All states' },
  { value: 'active', text: 'Running' },
  { value: 'holding', text: 'Waiting' },
  { value: 'promoted', text: 'Promoted' },
  { value: 'rolled-back', text: 'Rolled back' },
  { value: 'aborted', text: 'Aborted' },
] as const;
type State = (typeof STATES)[number]['value'];

type Strategy = RolloutSummary['strategy'] | 'all';
const STRATEGIES: readonly { readonly value: Strategy; readonly text: string }[] = [
  { value: 'all', text: 'All strategies' },
  ...(Object.entries(STRATEGY_NAMES) as [RolloutSummary['strategy'], string][]).map(([value, text]) => ({
    value,
    text,
  })),
];

const PART = 50;
const COLUMNS: readonly ColumnHead[] = [
  { text: 'Rollout' },
  { text: 'State' },
  { text: 'Why' },
  { text: 'Began' },
  { text: 'Took', className: 'figures-cell' },
];

/** Rollouts of every endpoint, newest first. */
export function Rollouts() {
  const [state, setState] = useParameter<State>('state', 'all');
  const [strategy, setStrategy] = useParameter<Strategy>('strategy', 'all');
  const [endpoint, setEndpoint] = useParameter('endpoint', '');
  const query = useParts(
    'GET /api/v1/rollouts',
    {
      query: {
        state: state === 'all' ? undefined : state,
        strategy: strategy === 'all' ? undefined : strategy,
        endpoint: endpoint === '' ? undefined : endpoint,
      },
    },
    PART,
  );
  return (
    <main id="main">
      <PageHead title="Rollouts" sentence="Every move of an endpoint to another version, newest first." />
      <Panel
        title={query.data === undefined ? 'Rollouts' : plural(query.data.length, 'rollout')}
        query={query}
        empty={(items) => (items.length === 0 ? emptyWords(state, endpoint) : null)}
        toolbar={
          <>
            <SelectField label="State" value={state} onChange={setState} options={STATES} />
            <SelectField label="Strategy" value={strategy} onChange={setStrategy} options={STRATEGIES} />
            <EndpointField value={endpoint} onChange={setEndpoint} />
          </>
        }
      >
        {(items) => (
          <>
            <table className="rollouts">
              <ColumnHeads columns={COLUMNS} />
              <tbody>
                {items.map((item) => (
                  <Row key={item.id} rollout={item} />
                ))}
              </tbody>
            </table>
            <More query={query} text="Earlier rollouts" />
          </>
        )}
      </Panel>
    </main>
  );
}

function EndpointField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { data = [] } = useEndpoints();
  const names = [...new Set([...data.map(({ name }) => name), ...(value === '' ? [] : [value])])].sort();
  const options = [
    { value: '', text: 'All endpoints' },
    ...names.map((name) => ({ value: name, text: name })),
  ];
  return <SelectField label="Endpoint" value={value} onChange={onChange} options={options} />;
}

const emptyWords = (state: State, endpoint: string): string =>
  `No rollout${endpoint === '' ? '' : ` of ${endpoint}`}${state === 'all' ? '' : ' of that state'} yet: a new version begins one from its page.`;

function Row({ rollout }: { readonly rollout: RolloutSummary }) {
  const { id, endpoint, strategy, candidate, stableVersion, state, weight, reason, startedAt, endedAt, by } =
    rollout;
  return (
    <tr className={state === 'holding' ? 'row-act' : undefined}>
      <th scope="row">
        <Link href={hrefOf('rollouts', id)}>
          {endpoint}, version {stableVersion} → {candidate}
        </Link>
        <small>
          {STRATEGY_NAMES[strategy]}
          {weight !== null && strategy !== 'shadow' && ` at ${Math.round(weight * 10) / 10} %`}
        </small>
      </th>
      <td>
        <Badge tone={STATE_LEVELS[state]}>
          {state === 'holding' ? 'Waits for a person' : STATE_NAMES[state]}
        </Badge>
      </td>
      <td className="why">{reason}</td>
      <td>
        <Moment at={Date.parse(startedAt)} />
        <small>by {by}</small>
      </td>
      <td className="figures-cell">
        {endedAt === null ? '' : durationWords(Math.max(1000, Date.parse(endedAt) - Date.parse(startedAt)))}
      </td>
    </tr>
  );
}
