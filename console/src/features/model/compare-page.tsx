import { useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { ModelTrail } from '../../location/trail.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { AnswersPanel } from './answers-panel.tsx';
import { ChangesTable, ChecksTable, SignatureChanges, StepChanges } from './changes.tsx';
import { costSentence, differenceSentence } from './difference-words.ts';
import './model.css';

/** How one version differs from another: to callers, in its steps, and in what it answers. */
export function ComparePage({ model }: { readonly model: string }) {
  const versions = useOperation(
    'GET /api/v1/models/{model}/versions',
    { path: { model }, query: { limit: 100 } },
    { every: 30_000 },
  );
  const known = versions.data?.items.map(({ version }) => version) ?? [];
  const [newest = 0, before = newest] = known;
  const [from, setFrom] = useParameter('from', '');
  const [to, setTo] = useParameter('to', '');
  const [first, second] = [Number(from) || before, Number(to) || newest];
  const difference = useOperation(
    'GET /api/v1/models/{model}/difference',
    { path: { model }, query: { from: first, to: second } },
    { every: false, enabled: first > 0 && second > 0 },
  );
  const { data } = difference;
  return (
    <main id="main">
      <PageHead
        trail={<ModelTrail model={model} />}
        title={`${model}: version ${second} beside ${first}`}
        sentence={data === undefined ? '' : `${differenceSentence(data)}.`}
        actions={
          <>
            <VersionChoice label="From version" value={first} known={known} onChange={setFrom} />
            <VersionChoice label="To version" value={second} known={known} onChange={setTo} />
            <Link
              className="button"
              href={`${hrefOf('models', model, 'compare')}?from=${second}&to=${first}`}
            >
              The other way round
            </Link>
          </>
        }
      />
      <AnswersPanel query={difference} />
      <Panel
        title="Steps and parameters"
        query={difference}
        empty={({ steps, unanswered }) =>
          steps.length === 0 ? (unanswered ?? 'Both have the same steps, which learned the same.') : null
        }
      >
        {({ steps, omittedSteps }) => <StepChanges steps={steps} omitted={omittedSteps} />}
      </Panel>
      <div className="columns">
        <Panel title="For callers" query={difference}>
          {({ signature }) => <SignatureChanges signature={signature} />}
        </Panel>
        <Panel title="File and libraries" query={difference}>
          {({ facts, packages, rowMicros }) => (
            <>
              <p className="note panel-note">{costSentence(rowMicros)}</p>
              <ChangesTable
                changes={[...facts, ...packages]}
                none="Both are of the same bytes and libraries."
              />
            </>
          )}
        </Panel>
      </div>
      <Panel
        title="Checks"
        query={difference}
        empty={({ checks }) => (checks.length === 0 ? 'Neither was checked.' : null)}
      >
        {({ checks }) => <ChecksTable checks={checks} />}
      </Panel>
    </main>
  );
}

interface VersionChoiceProps {
  readonly label: string;
  readonly value: number;
  readonly known: readonly number[];
  readonly onChange: (value: string) => void;
}

const VersionChoice = ({ label, value, known, onChange }: VersionChoiceProps) => (
  <span className="version-choice">
    {label}{' '}
    <SelectField
      label={label}
      value={String(value)}
      onChange={onChange}
      options={(known.includes(value) ? known : [value, ...known]).map((one) => ({
        value: String(one),
        text: String(one),
      }))}
    />
  </span>
);
