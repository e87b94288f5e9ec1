import { type FormEvent, useState } from 'react';
import type { EndpointView } from '../../api/generated/control-api.ts';
import { type Answered, predict, type ServedVersion, useServed } from '../../api/served.ts';
import { Button } from '../../ui/button.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { RowFields } from './row-fields.tsx';
import { formColumns, type RowTexts, rowOf, textsOf } from './row-form.ts';
import { Snippets } from './snippets.tsx';

/** A request made by hand, with a row that the model itself gives as an example. */
export function TryIt({ endpoint }: { readonly endpoint: EndpointView }) {
  const query = useServed();
  const found = query.data?.find(
    ({ name, version }) => name === endpoint.model && version === endpoint.stable,
  );
  return (
    <Panel
      title="Try it"
      query={query}
      empty={() => (found === undefined ? `Version ${endpoint.stable} is not loaded here.` : null)}
    >
      {() => found && <Form key={found.version} endpoint={endpoint.name} served={found} />}
    </Panel>
  );
}

function Form({ endpoint, served }: { readonly endpoint: string; readonly served: ServedVersion }) {
  const columns = formColumns(served.signature, served.example);
  const [texts, setTexts] = useState<RowTexts>(() =>
    columns === null ? { row: JSON.stringify(served.example, null, 2) } : textsOf(columns, served.example),
  );
  const [answer, setAnswer] = useState<Answered | Error | null>(null);
  const row = columns === null ? parsed(texts['row'] ?? '') : rowOf(columns, texts);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      if (row instanceof Error) throw row;
      setAnswer(await predict(endpoint, row));
    } catch (error) {
      setAnswer(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <div className="panel-body columns">
      <form className="try" onSubmit={(event) => void submit(event)}>
        <RowFields columns={columns} texts={texts} onChange={setTexts} />
        <Button type="submit" kind="main">
          Predict
        </Button>
        <div aria-live="polite">
          {answer instanceof Error && <Failed error={answer} />}
          {answer !== null && !(answer instanceof Error) && (
            <>
              <p className="note">
                Version {answer.version} answered; <code>{answer.timing}</code>
              </p>
              <pre className="code">{JSON.stringify(answer.body, null, 2)}</pre>
            </>
          )}
        </div>
      </form>
      {!(row instanceof Error) && <Snippets endpoint={endpoint} row={row} />}
    </div>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return new Error(`The row is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
}
