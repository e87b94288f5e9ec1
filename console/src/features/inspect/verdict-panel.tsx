import type { ExaminedFile } from '../../reader/messages.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Section } from '../../ui/section.tsx';
import { serveCommand, verdictWords } from './verdict-words.ts';

interface VerdictPanelProps {
  readonly examined: ExaminedFile;
  readonly member: string | null;
  readonly onMember: (member: string) => void;
}

/** Whether it runs here, by which engines, and what stands in the way. */
export function VerdictPanel({ examined, member, onMember }: VerdictPanelProps) {
  const { verdict, engines, obstacles, members, file } = examined;
  const command = serveCommand(file, member);
  return (
    <Section title="Can it be served?">
      <div className="panel-body">
        <p className={`inspect-verdict inspect-${verdict}`}>{verdictWords(examined).sentence}</p>
        {members.length > 0 && (
          <div className="inspect-members">
            <span>It holds several models. Look at</span>
            {members.map((one) => (
              <Button key={one} onClick={() => onMember(one)}>
                {one}
              </Button>
            ))}
          </div>
        )}
        {verdict !== 'dangerous' && engines !== null && (
          <ul className="inspect-marks">
            <Engine name="Native" how="evaluated directly, in microseconds a row" {...engines.native} />
            <Engine
              name="ONNX"
              how={engines.native.runs ? 'compiled to a graph for onnxruntime' : 'run in onnxruntime'}
              {...engines.onnx}
            />
          </ul>
        )}
        <ul className="inspect-marks">
          {obstacles.map(({ where, what, way }) => (
            <li key={`${where} ${what}`} className="inspect-against">
              <strong>{where}</strong>: {what}
              <small>What to do: {way}</small>
            </li>
          ))}
        </ul>
        {verdict === 'runs' && (
          <p className="inspect-next">
            <span>At a terminal:</span> <code>{command}</code> <CopyButton text={command} />
          </p>
        )}
        {verdict === 'blocked' && obstacles.length === 0 && (
          <p>Nothing but Python can load it: plimsoll doctor FILE says what that takes.</p>
        )}
      </div>
    </Section>
  );
}

interface EngineProps {
  readonly name: string;
  readonly how: string;
  readonly runs: boolean;
  readonly reason: string | null;
}

const Engine = ({ name, how, runs, reason }: EngineProps) => (
  <li className={runs ? 'inspect-for' : 'inspect-without'}>
    <strong>{name}</strong>: {runs ? how : reason}
  </li>
);
