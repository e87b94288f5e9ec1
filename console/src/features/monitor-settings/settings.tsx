import './settings.css';
import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import type { MonitorView } from '../../api/generated/control-api.ts';
import { MONITOR_GRAMMAR } from '../../api/generated/monitor-grammar.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Trail } from '../../location/trail.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Differences } from './differences.tsx';
import { differencesOf, isTable, type PolicyDocument } from './policy-document.ts';
import { PolicyForm } from './policy-form.tsx';
import { PolicyText } from './policy-text.tsx';
import { ReplayPanel } from './replay-panel.tsx';

const SAVE = 'PUT /api/v1/endpoints/{endpoint}/monitor';

const NOTHING_WRITTEN: PolicyDocument = {};

type View = 'form' | 'text' | 'effective';
const VIEWS: readonly { readonly value: View; readonly text: string }[] = [
  { value: 'form', text: 'Form' },
  { value: 'text', text: 'Text' },
  { value: 'effective', text: 'With defaults' },
];

/** What is watched of an endpoint and who is told: changed here, tried on what came, then saved with a reason. */
export function MonitorSettings({ endpoint }: { readonly endpoint: string }) {
  const query = useOperation(
    'GET /api/v1/endpoints/{endpoint}/monitor',
    { path: { endpoint } },
    { every: 15_000 },
  );
  const [draft, setDraft] = useState<{
    readonly document: PolicyDocument;
    readonly generation: number;
  } | null>(null);
  const [replayed, setReplayed] = useState<PolicyDocument | null>(null);
  const written = query.data?.written ?? NOTHING_WRITTEN;
  const document = draft?.document ?? (isTable(written) ? written : NOTHING_WRITTEN);
  const generation = draft?.generation ?? query.data?.generation ?? 0;
  const isChanged = differencesOf(written, document, MONITOR_GRAMMAR).length > 0;
  const change = (next: PolicyDocument): void => setDraft({ document: next, generation });
  const forget = (): void => {
    setDraft(null);
    setReplayed(null);
  };
  return (
    <main id="main">
      <PageHead
        trail={
          <>
            <Trail endpoint={endpoint} /> /{' '}
            <Link href={hrefOf('endpoints', endpoint, 'monitoring')}>Monitoring</Link>
          </>
        }
        title={`Monitor settings of ${endpoint}`}
        sentence="Change what is watched, see what it would have said of the rows that came, then save it."
      />
      <Policy query={query} endpoint={endpoint} document={document} onChange={change} />
      <ReplayPanel endpoint={endpoint} document={document} onReplayed={setReplayed} />
      <Panel title="What changes" query={query} empty={() => (isChanged ? null : 'Nothing is changed yet.')}>
        {() => (
          <div className="panel-body">
            <Differences before={written} after={document} />
            {draft !== null && draft.generation !== query.data?.generation && (
              <p className="stale">
                Somebody has changed the policy meanwhile: saving is refused. Begin anew.
              </p>
            )}
            <div className="save-actions">
              <Save
                endpoint={endpoint}
                document={document}
                generation={generation}
                isReplayed={replayed === document}
                onSaved={forget}
              />
              <Button onClick={forget}>Forget the changes</Button>
            </div>
          </div>
        )}
      </Panel>
    </main>
  );
}

interface PolicyProps {
  readonly query: ReturnType<typeof useOperation<'GET /api/v1/endpoints/{endpoint}/monitor'>>;
  readonly endpoint: string;
  readonly document: PolicyDocument;
  readonly onChange: (document: PolicyDocument) => void;
}

function Policy({ query, endpoint, document, onChange }: PolicyProps) {
  const [view, setView] = useParameter<View>('view', 'form');
  const shown = (data: MonitorView) => {
    if (view === 'text') return <PolicyText document={document} onChange={onChange} />;
    if (view === 'effective')
      return <pre className="policy-effective">{JSON.stringify(data.policy, null, 2)}</pre>;
    return <PolicyForm endpoint={endpoint} document={document} written={data.written} onChange={onChange} />;
  };
  return (
    <Panel
      title="Policy"
      query={query}
      actions={<Choice label="Shown as" value={view} onChange={setView} options={VIEWS} />}
    >
      {(data) => <div className="panel-body">{shown(data)}</div>}
    </Panel>
  );
}

interface SaveProps {
  readonly endpoint: string;
  readonly document: PolicyDocument;
  readonly generation: number;
  readonly isReplayed: boolean;
  readonly onSaved: () => void;
}

/** Only what was tried can be saved. */
function Save({ endpoint, document, generation, isReplayed, onSaved }: SaveProps) {
  const may = useMay();
  const change = useChange();
  if (!may(SAVE)) return <p className="note">To save it takes a key of the scope admin.</p>;
  if (!isReplayed) return <p className="note">Replay it first: what is saved is what was tried.</p>;
  const save = async (reason: string): Promise<void> => {
    await change(SAVE, { path: { endpoint }, body: { policy: document as never, generation, reason } });
    onSaved();
  };
  return (
    <Confirm
      verb="Save"
      kind="main"
      title={`Watch ${endpoint} by the changed policy?`}
      consequence="It is in force within seconds. Alerts of rules that are no longer in force end."
      onConfirm={save}
    />
  );
}
