import type { CertificateView, ContentsView, VersionView } from '../../api/generated/control-api.ts';
import { bytesWords, plural } from '../../facts/words.ts';
import { Badge } from '../../ui/badge.tsx';

interface PythonPanelProps {
  readonly contents: ContentsView;
  readonly certificate: CertificateView | undefined;
  readonly version: VersionView;
}

/** What Python would import and run of the file, and what does run with Python, and why. */
export function PythonPanel({
  contents: { imports, runs, packages },
  certificate,
  version: { python },
}: PythonPanelProps) {
  const environment = certificate?.environment ?? null;
  return (
    <div className="panel-body version-panel">
      <p>
        {python === null
          ? 'Nothing of it runs in Python here: the file is read as data and evaluated by this server.'
          : `It runs with Python ${python.version}, in a sandbox: ${python.form}. ${python.trustedBy} trusted it on ${new Date(python.trustedAt).toLocaleString('en-GB')}.`}
      </p>
      {python !== null && (python.missingLayers.length > 0 || python.allow.length > 0) && (
        <ul className="plain">
          {python.allow.map((one) => (
            <li key={one}>It is allowed {one}.</li>
          ))}
          {python.missingLayers.map((one) => (
            <li key={one} className="bad">
              A layer of the sandbox did not hold: {one}
            </li>
          ))}
        </ul>
      )}
      {environment !== null && (
        <p className="note">
          A worker takes {bytesWords(environment.residentBytes)} once it is warm. Layers:{' '}
          {environment.layers.map(({ name, active }) => `${name}${active ? '' : ' (absent)'}`).join(', ')}.
          {environment.script !== null && ` Its script is ${environment.script}.`}
        </p>
      )}
      <Runs runs={runs} isRun={python !== null} />
      <Imports imports={imports} />
      {packages.length > 0 && (
        <details>
          <summary>{plural(packages.length, 'package')} pinned</summary>
          <ul className="packages">
            {packages.map(({ name, version }) => (
              <li key={name}>
                <code>
                  {name}=={version}
                </code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Runs({ runs, isRun }: { readonly runs: ContentsView['runs']; readonly isRun: boolean }) {
  if (runs.length === 0) return <p className="note">The file asks for no code to be called.</p>;
  return (
    <>
      <h3>
        Code that {isRun ? 'runs' : 'Python would run'} {!isRun && <Badge tone="steady">not run here</Badge>}
      </h3>
      <ul className="plain">
        {runs.map(({ name, how, offset }) => (
          <li key={`${name} ${offset}`}>
            <code>{name}</code>, {HOW[how]}
            {offset !== null && ` (byte ${offset})`}
          </li>
        ))}
      </ul>
    </>
  );
}

const HOW: Readonly<Record<ContentsView['runs'][number]['how'], string>> = {
  called: 'called while the file is loaded',
  named: 'named, and known as a way to run anything',
  script: 'the script that goes around it',
};

const FROM: Readonly<Record<ContentsView['imports'][number]['from'], string>> = {
  'not found': 'not known here',
  'own code': 'came with it',
  distribution: 'of a package',
  'standard library': 'part of Python',
};

function Imports({ imports }: { readonly imports: ContentsView['imports'] }) {
  if (imports.length === 0) return <p className="note">It names no module of Python.</p>;
  return (
    <>
      <h3>Modules that Python would import</h3>
      <ul className="plain">
        {imports.map(({ module, from, distribution, names }) => (
          <li key={module} className={from === 'not found' ? 'bad' : ''}>
            <code>{module}</code>, {distribution === null ? FROM[from] : `of ${distribution}`}:{' '}
            <span className="faint">{names.map((name) => name.split('.').at(-1)).join(', ')}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
