import { useChange } from '../../api/changes.ts';
import type { JobView } from '../../api/generated/control-api.ts';
import { useMay } from '../../api/queries.ts';
import { hrefOf, navigate } from '../../location/location.ts';
import { Confirm } from '../../ui/confirm.tsx';

const START = 'POST /api/v1/jobs/{job}/runs';

/** What can be done with a job, as far as the key allows it. */
export function JobCommands({ job: { name, paused } }: { readonly job: JobView }) {
  const may = useMay();
  const change = useChange();
  const path = { job: name };
  const verb = paused ? 'unpause' : 'pause';
  const start = async (reason: string): Promise<void> => {
    const { run } = await change(START, { path, body: { reason } });
    navigate(hrefOf('jobs', name, 'runs', run.id));
  };
  return (
    <>
      {!paused && may(START) && (
        <Confirm
          verb="Run now"
          kind="main"
          title={`Run ${name} now?`}
          consequence="A server scores the whole input. Nothing is visible until the run is done and its checks have passed."
          onConfirm={start}
        />
      )}
      {may(`POST /api/v1/jobs/{job}:${verb}`) && (
        <Confirm
          verb={paused ? 'Let it go on' : 'Pause'}
          title={paused ? `Let ${name} start by itself again?` : `Keep ${name} from starting?`}
          consequence={
            paused
              ? 'It starts when it is due again. What came while it was paused was passed over.'
              : 'It starts nothing by itself, and nobody can run it. Runs that are under way go on. What comes meanwhile is passed over.'
          }
          onConfirm={(reason) => change(`POST /api/v1/jobs/{job}:${verb}`, { path, body: { reason } })}
        />
      )}
    </>
  );
}
