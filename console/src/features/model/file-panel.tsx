import type { CertificateView, ContentsView, VersionView } from '../../api/generated/control-api.ts';
import { bytesWords, plural } from '../../facts/words.ts';
import { FactsList } from '../../outline/facts-list.tsx';

interface FilePanelProps {
  readonly certificate: CertificateView;
  readonly version: VersionView;
  readonly contents: ContentsView | undefined;
}

/** The bytes, what they were made with, and what is kept beside them. */
export function FilePanel({ certificate, version, contents }: FilePanelProps) {
  const { file, size, digest, sideFiles, format, framework, choices, joined, origin } = certificate;
  const { hasReference, hasReasons, background, environment } = certificate;
  const labels = Object.entries(version.labels);
  return (
    <div className="panel-body version-panel">
      <FactsList
        facts={[
          { name: 'File', value: `${file}, ${bytesWords(size)}` },
          { name: 'sha256', value: <code className="digest">{digest}</code> },
          { name: 'Written by', value: `${framework} (${format})` },
          {
            name: 'Sent by',
            value: `${version.createdBy}, ${new Date(version.createdAt).toLocaleString('en-GB', { timeZoneName: 'short' })}`,
          },
          { name: 'Note', value: version.note },
          { name: 'Labels', value: labels.map(([key, value]) => `${key} = ${value}`).join(', ') },
          { name: 'Chosen of it', value: choices.map(({ name, value }) => `${name} ${value}`).join(', ') },
          { name: 'Made of', value: joined },
          { name: 'Origin', value: origin },
          {
            name: 'Background of explanations',
            value:
              background === null
                ? 'none'
                : `${plural(background.rows, 'row')}, ${background.of === 'reference' ? 'of the reference data' : 'sent for that'}`,
          },
          { name: 'Reference data for monitoring', value: hasReference ? 'kept' : 'none' },
          { name: 'Texts for reasons', value: hasReasons ? 'kept' : 'none' },
          {
            name: 'Digest of its packages',
            value: environment === null ? null : <code className="digest">{environment.lock}</code>,
          },
        ]}
      />
      {sideFiles.length > 0 && (
        <>
          <h3>{plural(sideFiles.length, 'file')} beside it</h3>
          <ul className="plain">
            {sideFiles.map(({ name, digest: one }) => (
              <li key={name}>
                {name} <code className="digest">{one}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <Notes notes={contents?.outline.notes ?? []} />
    </div>
  );
}

function Notes({ notes }: { readonly notes: ContentsView['outline']['notes'] }) {
  if (notes.length === 0) return null;
  return (
    <>
      <h3>Good to know</h3>
      <ul className="plain">
        {notes.map(({ level, text }) => (
          <li key={text} className={level === 'risk' ? 'bad' : ''}>
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}
