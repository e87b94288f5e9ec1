import { useState } from 'react';
import { useChange } from '../../api/changes.ts';
import { useMay, useOperation } from '../../api/queries.ts';
import { bytesWords, plural } from '../../facts/words.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Panel } from '../../ui/panel.tsx';

const COLLECT = 'POST /api/v1/gc';

/** What nobody needs any more, and what removing it would free. */
export function Garbage() {
  const query = useOperation('GET /api/v1/gc', {}, { every: false });
  const may = useMay();
  const change = useChange();
  const [gone, setGone] = useState<string | null>(null);
  const collect = async (reason: string): Promise<void> => {
    const { bundles, bytes } = await change(COLLECT, { body: { reason } });
    setGone(`Removed ${plural(bundles, 'bundle')}, ${bytesWords(bytes)}.`);
  };
  return (
    <Panel title="Garbage" query={query}>
      {({ bundles, bytes }) => (
        <div className="panel-body garbage">
          <p>
            {bundles === 0
              ? 'Every bundle is needed, or younger than an hour.'
              : `${plural(bundles, 'bundle')} of versions that are refused or archived, or of none: ${bytesWords(bytes)}.`}
          </p>
          <p className="note">
            Versions that answer, and those that can be rolled back to, are never removed.
          </p>
          {bundles > 0 && may(COLLECT) && (
            <Confirm
              verb="Remove them"
              kind="danger"
              isQuiet
              title={`Free ${bytesWords(bytes)}?`}
              consequence={`${plural(bundles, 'bundle')} are removed for good. An archived version whose bundle is gone can no longer be used.`}
              onConfirm={collect}
            />
          )}
          <p role="status">{gone}</p>
        </div>
      )}
    </Panel>
  );
}
