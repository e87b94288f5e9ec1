import { useChange } from '../../api/changes.ts';
import type { RunView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { Confirm } from '../../ui/confirm.tsx';

const CANCEL = 'POST /api/v1/jobs/{job}/runs/{run}:cancel';
const RELEASE = 'POST /api/v1/jobs/{job}/runs/{run}:release';

/** What can be done with a run now, as far as the key allows it. */
export function RunCommands({ run: { id, job, state } }: { readonly run: RunView }) {
  const may = useMay();
  const change = useChange();
  const path = { job, run: id };
  const isHeld = state === 'held';
  const canBeDropped = isHeld || ['queued', 'planning', 'running'].includes(state);
  return (
    <>
      {isHeld && may(RELEASE) && (
        <Confirm
          verb="Publish"
          kind="main"
          title="Publish the output all the same?"
          consequence="Its rows become visible where the job writes to. That cannot be taken back."
          onConfirm={(reason) => change(RELEASE, { path, body: { reason } })}
        />
      )}
      {canBeDropped && may(CANCEL) && (
        <Confirm
          verb={isHeld ? 'Discard' : 'Cancel the run'}
          kind="danger"
          isQuiet
          title={isHeld ? 'Discard the output?' : 'End the run for good?'}
          consequence="What it has scored is removed, and nothing of it is published. The job itself stays as it is."
          onConfirm={(reason) => change(CANCEL, { path, body: { reason } })}
        />
      )}
    </>
  );
}
