import type { ModelOutline, SignatureOutline } from '../api/generated/control-api.ts';
import { plural } from '../facts/words.ts';
import { useWidth } from '../ui/width.ts';
import { type DiagramBox, type DiagramEnds, layoutPipeline } from './pipeline-layout.ts';
import './outline.css';
import { endsOf } from './signature-words.ts';
import { StepList } from './step-list.tsx';

interface PipelinePanelProps {
  readonly outline: ModelOutline;
  /** What goes in and comes out, where that is known. */
  readonly signature: SignatureOutline | null;
}

/** What a row goes through: drawn, and as a list of all that is known of each step. */
export function PipelinePanel({ outline, signature }: PipelinePanelProps) {
  const { steps, omittedSteps } = outline;
  const ends = signature === null ? { input: '', output: '' } : endsOf(signature);
  if (steps.length === 0)
    return <p className="empty">Nothing of it can be read as data: Python loads and runs it whole.</p>;
  return (
    <div className="panel-body">
      <Picture outline={outline} ends={ends} />
      {omittedSteps > 0 && <p className="note">{plural(omittedSteps, 'step')} more are left out.</p>}
      <details className="steps-told">
        <summary>Every step with its parameters, as a list</summary>
        <StepList steps={steps} />
      </details>
    </div>
  );
}

function Picture({
  outline: { steps },
  ends,
}: {
  readonly outline: ModelOutline;
  readonly ends: DiagramEnds;
}) {
  const [place, width] = useWidth();
  const diagram = layoutPipeline(steps, ends, width);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard
    <section className="diagram" ref={place} tabIndex={0} aria-label="Diagram of the model">
      <svg
        width={diagram.width}
        height={diagram.height}
        role="img"
        aria-label={`${plural(steps.length, 'step')}, from the rows to the answers. The list below says the same.`}
      >
        {diagram.boxes.map((box) => (
          <Box key={box.key} box={box} />
        ))}
        {diagram.edges.map(({ key, x, from, to }) => (
          <path key={key} className="diagram-edge" d={`M${x} ${from}V${to - 5}m-4 -1l4 6l4 -6`} />
        ))}
      </svg>
    </section>
  );
}

const LINE = 17;

const Box = ({ box: { kind, x, y, width, height, title, lines } }: { readonly box: DiagramBox }) => (
  <g className={`diagram-${kind}`} transform={`translate(${x} ${y})`}>
    <rect width={width} height={height} rx="8" />
    <text x="9" y="22" className="diagram-title">
      {title}
    </text>
    {lines.map((line, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
      <text key={at} x="9" y={22 + LINE * (at + 1)}>
        {line}
      </text>
    ))}
  </g>
);
