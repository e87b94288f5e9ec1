import { useState } from 'react';
import { useOperation } from '../../api/queries.ts';
import { useParameter } from '../../location/location.ts';
import { Choice } from '../../ui/choice.tsx';
import { type ColumnHead, ColumnHeads } from '../../ui/column-heads.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { KeyRow } from './key-row.tsx';
import { NewKeyForm } from './new-key-form.tsx';
import { type MadeKey, ShownOnce } from './shown-once.tsx';

type Filter = 'active' | 'all';
const SLOW_MILLIS = 30_000;
/** Of the thousands there may be: the rest is for the command line. */
const SHOWN = 500;
const COLUMNS: readonly ColumnHead[] = [
  { text: 'Key' },
  { text: 'May' },
  { text: 'State' },
  { text: 'Made' },
  { text: 'Until' },
  { text: 'Change', isUnseen: true },
];

/** Who may come in: made here and shown once, put anew, ended. */
export function ApiKeys() {
  const query = useOperation('GET /api/v1/api-keys', {}, { every: SLOW_MILLIS });
  const [made, setMade] = useState<MadeKey | null>(null);
  const [filter, setFilter] = useParameter<Filter>('keys', 'active');
  const shown = (query.data?.items ?? []).filter(({ state }) => filter === 'all' || state === 'active');
  return (
    <>
      {made !== null && <ShownOnce made={made} onDone={() => setMade(null)} />}
      <Panel
        title="API keys"
        query={query}
        actions={<NewKeyForm onMade={setMade} />}
        toolbar={
          <Choice
            label="Which keys"
            value={filter}
            onChange={setFilter}
            options={[
              { value: 'active', text: 'That hold' },
              { value: 'all', text: 'All' },
            ]}
          />
        }
      >
        {() =>
          shown.length === 0 ? (
            <p className="empty">No key {filter === 'active' ? 'holds' : 'was made'} yet.</p>
          ) : (
            <>
              <Scrolled label="API keys">
                <table>
                  <ColumnHeads columns={COLUMNS} />
                  <tbody>
                    {shown.slice(0, SHOWN).map((key) => (
                      <KeyRow key={key.id} apiKey={key} onMade={setMade} />
                    ))}
                  </tbody>
                </table>
              </Scrolled>
              {shown.length > SHOWN && (
                <p className="note settings-note">
                  The first {SHOWN} of {shown.length}: <code>plimsoll keys list</code> has all.
                </p>
              )}
            </>
          )
        }
      </Panel>
    </>
  );
}
