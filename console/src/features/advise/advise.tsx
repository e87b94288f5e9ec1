import type { ReactNode } from 'react';
import { useAnswer } from '../../api/queries.ts';
import { useParameter } from '../../location/location.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSettled } from '../../ui/settled.ts';
import { AdviceBody } from './advice-panel.tsx';
import { ADVISE, type AdviceAnswer, takenNeeds } from './advice-view.ts';
import { AssumptionTable } from './assumption-table.tsx';
import { BreakEven } from './break-even.tsx';
import { AdvisedFiles } from './files-panel.tsx';
import { bodyOf, needsIn, withNeed } from './need-fields.ts';
import { NeedsForm } from './needs-form.tsx';
import { PatternTable } from './pattern-table.tsx';
import './advise.css';

const SENTENCE = 'How a model reaches who needs its answers: which pattern, what it takes, what it costs.';

/** From what is needed to a serving pattern. The address holds all that was written. */
export function Advise() {
  const [parameter, setParameter] = useParameter('needs', '');
  const needs = needsIn(parameter);
  const settled = useSettled(parameter);
  const body = bodyOf(needsIn(settled));
  const query = useAnswer(ADVISE, { body: (body ?? {}) as never }, { enabled: body !== null, keeps: true });
  return (
    <main id="main">
      <PageHead title="Advise" sentence={SENTENCE} />
      <div className="columns">
        <NeedsForm
          needs={needs}
          taken={takenNeeds(query.data)}
          onChange={(need, value) => setParameter(withNeed(needs, need, value))}
        />
        {body === null ? (
          <Unasked />
        ) : (
          <Panel title="Advice" query={query}>
            {(answer) => <AdviceBody answer={answer} />}
          </Panel>
        )}
      </div>
      {query.data !== undefined && body !== null && <Rest answer={query.data} />}
    </main>
  );
}

const Unasked = () => (
  <section className="panel" aria-label="Advice">
    <header className="panel-head">
      <h2>Advice</h2>
    </header>
    <p className="empty">
      Name a model, and how much is asked of it. Of a version that answers here its traffic is known already.
    </p>
  </section>
);

/** What the advice rests on, and what it comes to. */
function Rest({ answer: { advice, files } }: { readonly answer: AdviceAnswer }) {
  return (
    <>
      <Part title="Patterns">
        <PatternTable advice={advice} />
      </Part>
      {advice.breakEven !== null && (
        <Part title="Where it turns">
          <BreakEven breakEven={advice.breakEven} currency={advice.prices.currency} />
        </Part>
      )}
      {advice.assumptions.length > 0 && (
        <Part title="Assumed">
          <AssumptionTable advice={advice} />
        </Part>
      )}
      {files.files.length > 0 && (
        <Part title="Files">
          <AdvisedFiles files={files} />
        </Part>
      )}
      <p className="note">
        Prices of {advice.prices.date} ({advice.prices.source}). Costs of {advice.model.name} are{' '}
        {advice.model.source}.
      </p>
    </>
  );
}

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className="panel" aria-label={title}>
    <header className="panel-head">
      <h2>{title}</h2>
    </header>
    {children}
  </section>
);
