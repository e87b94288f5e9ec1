import { useState } from 'react';
import { bytesWords } from '../../facts/words.ts';
import { Coefficients } from '../../outline/coefficients.tsx';
import { FactsList } from '../../outline/facts-list.tsx';
import { GraphPanel } from '../../outline/graph-panel.tsx';
import { PipelinePanel } from '../../outline/pipeline-panel.tsx';
import { SignatureTable } from '../../outline/signature-panel.tsx';
import { modelSentence } from '../../outline/step-words.ts';
import type { ExaminedFile, ToldError } from '../../reader/messages.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Section } from '../../ui/section.tsx';
import { DropTarget } from './drop-target.tsx';
import './inspect.css';
import { NamesPanel } from './names-panel.tsx';
import { SkewPanel } from './skew-panel.tsx';
import { TreesSection } from './trees-section.tsx';
import { type FileReading, type Reading, useReader } from './use-reader.ts';
import { VerdictPanel } from './verdict-panel.tsx';
import { verdictWords } from './verdict-words.ts';

const PRIVATE =
  'The file stays in this browser. This page reads it as data, runs nothing of it, and its policy forbids it every connection.';

/** Looks into a file: what it is, what it would run, and whether it can be served. */
export function Inspect() {
  const reader = useReader();
  const [member, setMember] = useState<string | null>(null);
  const { reading } = reader;
  const read = (file: File, next: string | null): void => {
    setMember(next);
    reader.read(file, next);
  };
  return (
    <main id="main">
      <Head reading={reading} />
      <DropTarget isSmall={reading.kind !== 'none'} onFile={(file) => read(file, null)} />
      {reading.kind === 'reading' && (
        <Progress file={reading.file} share={reading.share} onCancel={reader.cancel} />
      )}
      {reading.kind === 'failed' && <Unread error={reading.error} />}
      {reading.kind === 'examined' && (
        <Contents
          key={`${reading.file.name} ${reading.file.lastModified} ${member}`}
          examined={reading.examined}
          reader={reader}
          member={member}
          onMember={(next) => read(reading.file, next)}
        />
      )}
    </main>
  );
}

function Head({ reading }: { readonly reading: Reading }) {
  if (reading.kind === 'none') return <PageHead title="Look into a model file" sentence={PRIVATE} />;
  if (reading.kind !== 'examined')
    return (
      <PageHead
        title={reading.file.name}
        badge={reading.kind === 'failed' && <Badge tone="act">Not read</Badge>}
        sentence={reading.kind === 'failed' ? 'It could not be read.' : 'It is being read.'}
      />
    );
  const { tone, badge } = verdictWords(reading.examined);
  const { outline } = reading.examined;
  return (
    <PageHead
      title={reading.examined.file}
      badge={<Badge tone={tone}>{badge}</Badge>}
      sentence={
        isNoModel(reading.examined) ? 'There is no model in it that is read as data.' : modelSentence(outline)
      }
    />
  );
}

/** A command is no model, though a description names it as what the file is made of. */
const isNoModel = ({ verdict, signature }: ExaminedFile): boolean =>
  verdict === 'dangerous' && signature === null;

interface ProgressProps {
  readonly file: File;
  readonly share: number | null;
  readonly onCancel: () => void;
}

function Progress({ file, share, onCancel }: ProgressProps) {
  return (
    <Section title="Reading" actions={<Button onClick={onCancel}>Cancel</Button>}>
      <div className="panel-body" role="status">
        <p className="inspect-plain">{bytesWords(file.size)}, in this browser.</p>
        <progress aria-label="How far the file is read" {...(share === null ? {} : { value: share })} />
      </div>
    </Section>
  );
}

const Unread = ({ error: { code, message, hint } }: { readonly error: ToldError }) => (
  <Section title="Why it is not read">
    <div className="failed" role="alert">
      <p>
        <strong>{message}</strong>
        <span>{hint}</span>
      </p>
      <code>{code}</code>
    </div>
  </Section>
);

interface ContentsProps {
  readonly examined: ExaminedFile;
  readonly reader: FileReading;
  readonly member: string | null;
  readonly onMember: (member: string) => void;
}

function Contents({ examined, reader, member, onMember }: ContentsProps) {
  const { outline, signature, names, skew } = examined;
  return (
    <>
      <div className="columns">
        <VerdictPanel examined={examined} member={member} onMember={onMember} />
        <FileSection examined={examined} />
      </div>
      <NamesPanel names={names} />
      {outline.graph === null && outline.steps.length > 0 && !isNoModel(examined) && (
        <Section title="Pipeline">
          <PipelinePanel outline={outline} signature={signature} />
        </Section>
      )}
      {outline.graph !== null && (
        <Section title="Graph">
          <GraphPanel graph={outline.graph} />
        </Section>
      )}
      {outline.ensembles.length > 0 && (
        <TreesSection ensembles={outline.ensembles} part={reader.part} askTree={reader.askTree} />
      )}
      {outline.linear.map((linear) => (
        <Section
          key={linear.step}
          title={outline.linear.length > 1 ? `Weights of ${linear.name}` : 'Weights'}
        >
          <Coefficients linear={linear} />
        </Section>
      ))}
      {signature !== null && (
        <Section title="Takes and answers">
          <SignatureTable signature={signature} />
        </Section>
      )}
      {skew.length > 0 && <SkewPanel skew={skew} />}
    </>
  );
}

function FileSection({ examined }: Pick<ContentsProps, 'examined'>) {
  const { outline, size, goldenRows, file } = examined;
  const { format, compression, framework, notes } = outline;
  return (
    <Section title="The file">
      <div className="panel-body">
        <FactsList
          facts={[
            { name: 'File', value: `${file}, ${bytesWords(size)}` },
            { name: 'Written by', value: isNoModel(examined) ? null : framework },
            { name: 'Format', value: compression === null ? format : `${format}, ${compression}` },
            { name: 'Rows with answers that it brings', value: goldenRows === 0 ? null : goldenRows },
          ]}
        />
        {notes.length > 0 && (
          <>
            <h3 className="inspect-notes">Good to know</h3>
            <ul className="plain">
              {notes.map(({ level, text }) => (
                <li key={text} className={level === 'risk' ? 'inspect-risk' : ''}>
                  {level === 'info' ? '' : `${level === 'risk' ? 'Risk' : 'Warning'}: `}
                  {text}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Section>
  );
}
