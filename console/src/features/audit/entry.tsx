import type { AuditView } from '../../api/generated/control-api.ts';
import { momentWords } from '../../facts/times.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Moment } from '../../ui/moment.tsx';
import { pathOfSubject, runOf, whatWords, whyOf } from './entry-words.ts';

interface EntryProps {
  readonly entry: AuditView;
  readonly onBy: (by: string) => void;
  readonly onSubject: (subject: string) => void;
}

/** One entry in a line; all of it where somebody opens it. */
export function Entry({ entry, onBy, onSubject }: EntryProps) {
  const { seq, at, by, what, subject, body } = entry;
  const [opened, setOpened] = useParameter('entry', '');
  const isOpen = opened === String(seq);
  return (
    <>
      <tr>
        <td>
          <Moment at={at} />
        </td>
        <td>
          <button
            type="button"
            className="plain-button"
            title={`Only those by ${by}`}
            onClick={() => onBy(by)}
          >
            {by}
          </button>
        </td>
        <th scope="row">
          <button
            type="button"
            className="plain-button"
            aria-expanded={isOpen}
            onClick={() => setOpened(isOpen ? '' : String(seq))}
          >
            {whatWords(what)}
          </button>
        </th>
        <td>
          <Subject subject={subject} />
        </td>
        <td className="audit-why">{whyOf(body)}</td>
      </tr>
      {isOpen && (
        <tr className="audit-open">
          <td colSpan={5}>
            <Whole entry={entry} />
            <button type="button" className="plain-button" onClick={() => onSubject(subject)}>
              Everything about {subject}
            </button>
            <RunLink entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

function Subject({ subject }: { readonly subject: string }) {
  const path = pathOfSubject(subject);
  return path === null ? subject : <Link href={hrefOf(...path)}>{subject}</Link>;
}

function RunLink({ entry }: { readonly entry: AuditView }) {
  const run = runOf(entry);
  if (run === null) return null;
  return (
    <>
      {' · '}
      <Link href={hrefOf('jobs', entry.subject.slice('job/'.length), 'runs', run)}>Its run</Link>
    </>
  );
}

const Whole = ({ entry: { seq, at, previous, hash, body } }: { readonly entry: AuditView }) => (
  <>
    <p className="note">
      Entry {seq}, {momentWords(at)}
    </p>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows */}
    <pre className="code" tabIndex={0}>
      {JSON.stringify(body, null, 2)}
    </pre>
    <p className="note audit-hash">
      Hash <code>{hash}</code>, after <code>{previous}</code>
    </p>
  </>
);
