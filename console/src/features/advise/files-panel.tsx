import { CopyButton } from '../../ui/copy-button.tsx';
import type { AdviceAnswer } from './advice-view.ts';

type Files = AdviceAnswer['files'];

/** Files that run what is advised, and the commands that start them. */
export const AdvisedFiles = ({ files: { files, commands, fill } }: { readonly files: Files }) => (
  <div className="panel-body advised-files">
    {fill.length > 0 && <p className="note">To be filled in before production: {fill.join('; ')}.</p>}
    {files.map(({ name, text, does }) => (
      <details key={name}>
        <summary>
          <code>{name}</code> {does}
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is moved by arrows */}
        <pre className="code" tabIndex={0}>
          {text}
        </pre>
        <CopyButton text={text}>{`Copy ${name}`}</CopyButton>
      </details>
    ))}
    <ol>
      {commands.map(({ run, does }) => (
        <li key={run}>
          <code>{run}</code> {does}
        </li>
      ))}
    </ol>
  </div>
);
