import type { PolicyReplay } from '../../api/policy-replay.ts';
import { momentWords } from '../../facts/times.ts';
import { plural } from '../../facts/words.ts';
import { Scrolled } from '../../ui/scrolled.tsx';
import { lanesOf, type ReplayLane } from './replay-words.ts';

/** More are not drawn: a policy that fires as often says so by its number. */
const LANES_MOST = 60;
const WIDTH = 1000;

const BY: Readonly<Record<ReplayLane['by'], string>> = {
  both: 'both',
  present: 'in force alone',
  changed: 'changed alone',
};

/** When each alert would have fired under either policy: a row an alert, a lane a policy. */
export function ReplayLanes({ replay }: { readonly replay: PolicyReplay }) {
  const lanes = lanesOf(replay);
  if (lanes.length === 0) return null;
  return (
    <Scrolled label="Alerts by both policies">
      <table className="replay-lanes">
        <thead>
          <tr>
            <th scope="col">Alert</th>
            <th scope="col">Fires by</th>
            <th scope="col">
              <span className="key-present">in force</span> <span className="key-changed">changed</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lanes.slice(0, LANES_MOST).map((lane) => (
            <tr key={lane.key}>
              <th scope="row">
                {lane.name}
                <small>{lane.sentence}</small>
              </th>
              <td>{BY[lane.by]}</td>
              <td>
                <Lanes lane={lane} from={replay.from} to={replay.to} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {lanes.length > LANES_MOST && (
        <p className="note">and {plural(lanes.length - LANES_MOST, 'more alert')}.</p>
      )}
    </Scrolled>
  );
}

function Lanes({
  lane,
  from,
  to,
}: {
  readonly lane: ReplayLane;
  readonly from: number;
  readonly to: number;
}) {
  const x = (at: number): number => ((at - from) / Math.max(1, to - from)) * WIDTH;
  return (
    <svg
      className="lanes"
      viewBox={`0 0 ${WIDTH} 30`}
      preserveAspectRatio="none"
      role="img"
      aria-label={lanesLabel(lane)}
    >
      {([lane.present, lane.changed] as const).map((episodes, k) => (
        <g key={k === 0 ? 'present' : 'changed'} className={k === 0 ? 'lane-present' : 'lane-changed'}>
          <path d={`M0 ${8 + k * 14}H${WIDTH}`} />
          {episodes.map(({ firedAt, endedAt }) => (
            <rect
              key={firedAt}
              x={x(firedAt)}
              y={3 + k * 14}
              width={Math.max(6, x(endedAt ?? to) - x(firedAt))}
              height={10}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

function lanesLabel({ present, changed }: ReplayLane): string {
  const words = (name: string, episodes: ReplayLane['present']): string =>
    episodes.length === 0
      ? `${name}: never`
      : `${name}: ${episodes.map(({ firedAt, endedAt }) => `from ${momentWords(firedAt)} to ${endedAt === null ? 'the end' : momentWords(endedAt)}`).join(', ')}`;
  return `${words('In force', present)}. ${words('Changed', changed)}.`;
}
