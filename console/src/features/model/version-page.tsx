import type { ReactNode } from 'react';
import type { VersionView } from '../../api/generated/control-api.ts';
import { useEndpoints, useOperation } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf } from '../../location/location.ts';
import { ModelTrail } from '../../location/trail.tsx';
import { Coefficients } from '../../outline/coefficients.tsx';
import { GraphPanel } from '../../outline/graph-panel.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failed, Panel } from '../../ui/panel.tsx';
import { FilePanel } from './file-panel.tsx';
import { GoldenPanel } from './golden-panel.tsx';
import './model.css';
import { PipelinePanel } from '../../outline/pipeline-panel.tsx';
import { SignatureTable } from '../../outline/signature-panel.tsx';
import { modelSentence } from '../../outline/step-words.ts';
import { ChecksList, ProofPanel } from './proof-panel.tsx';
import { PythonPanel } from './python-panel.tsx';
import { rolesOf } from './rollout-targets.ts';
import { TreePanel } from './tree-panel.tsx';

const SLOW = { every: 30_000 };
/** What is in a file does not change, and reading it costs the server something. */
const ONCE = { every: false } as const;

export const STATE_TONES: Readonly<Record<VersionView['state'], Tone>> = {
  validating: 'moving',
  ready: 'steady',
  refused: 'act',
  archived: 'idle',
};

const UNKEPT: Readonly<Partial<Record<VersionView['state'], string>>> = {
  refused: 'It was refused, and nothing of it is served. Send the file again once what failed is mended.',
  validating: 'It is being proved: what is in it is shown once it is ready.',
};

interface VersionPageProps {
  readonly model: string;
  readonly version: number;
}

/** One version: what is in its file, what was proved of it, and what it says to rows whose answers are known. */
export function VersionPage({ model, version: number }: VersionPageProps) {
  const path = { model, version: number };
  const version = useOperation('GET /api/v1/models/{model}/versions/{version}', { path }, SLOW);
  // Of one that is refused, or not proved yet, there is nothing to look into.
  const isKept = version.data !== undefined && version.data.proof !== null;
  const certificate = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/certificate',
    { path },
    { ...SLOW, enabled: isKept },
  );
  const contents = useOperation(
    'GET /api/v1/models/{model}/versions/{version}/contents',
    { path },
    { ...ONCE, enabled: isKept },
  );
  const { outline } = contents.data ?? {};
  const isGraph = outline !== undefined && outline.graph !== null;
  return (
    <main id="main">
      <PageHead
        trail={<ModelTrail model={model} />}
        title={`${model}, version ${number}`}
        badge={version.data && <Badge tone={STATE_TONES[version.data.state]}>{version.data.state}</Badge>}
        sentence={outline === undefined ? '' : modelSentence(outline)}
        actions={<Compare model={model} version={number} />}
      />
      {version.data && <Roles version={version.data} />}
      {version.data?.proof === null && (
        <Panel title="Checks" query={version}>
          {(found) => (
            <div className="panel-body version-panel">
              <p>{UNKEPT[found.state] ?? 'Its file is not kept any more.'}</p>
              <ChecksList version={found} />
            </div>
          )}
        </Panel>
      )}
      {version.data === undefined && version.error !== null && <Failed error={version.error} />}
      {isKept && (
        <>
          {!isGraph && (
            <Panel title="Pipeline" query={contents}>
              {(found) => (
                <PipelinePanel outline={found.outline} signature={certificate.data?.signature ?? null} />
              )}
            </Panel>
          )}
          {outline?.graph && (
            <Panel title="Graph" query={contents}>
              {(found) => found.outline.graph && <GraphPanel graph={found.outline.graph} />}
            </Panel>
          )}
          {outline !== undefined && outline.ensembles.length > 0 && (
            <TreePanel model={model} version={number} ensembles={outline.ensembles} />
          )}
          {outline?.linear.map((linear) => (
            <Panel
              key={linear.step}
              title={outline.linear.length > 1 ? `Weights of ${linear.name}` : 'Weights'}
              query={contents}
            >
              {() => <Coefficients linear={linear} />}
            </Panel>
          ))}
          <div className="columns">
            <Panel title="Takes and answers" query={certificate}>
              {({ signature }) => <SignatureTable signature={signature} />}
            </Panel>
            <Panel title="Proof" query={certificate}>
              {(found) => version.data && <ProofPanel certificate={found} version={version.data} />}
            </Panel>
          </div>
          {certificate.data?.hasGolden && <GoldenPanel model={model} version={number} />}
          <div className="columns">
            <Panel title="The file" query={certificate}>
              {(found) =>
                version.data && (
                  <FilePanel certificate={found} version={version.data} contents={contents.data} />
                )
              }
            </Panel>
            <Panel title="Python" query={contents}>
              {(found) =>
                version.data && (
                  <PythonPanel contents={found} certificate={certificate.data} version={version.data} />
                )
              }
            </Panel>
          </div>
        </>
      )}
    </main>
  );
}

/** Where it answers, and its aliases. */
function Roles({ version }: { readonly version: VersionView }): ReactNode {
  const roles = rolesOf(version, useEndpoints().data ?? []);
  if (roles.length === 0 && version.aliases.length === 0) return null;
  return (
    <ul className="roles">
      {version.aliases.map((alias) => (
        <li key={alias}>
          Alias <code>{alias}</code>
        </li>
      ))}
      {roles.map(({ endpoint, role }) => (
        <li key={endpoint}>
          It {role} <Link href={hrefOf('endpoints', endpoint)}>{endpoint}</Link>
        </li>
      ))}
    </ul>
  );
}

/** The way to the version before, and to all of them. */
function Compare({ model, version }: VersionPageProps) {
  return (
    <>
      {version > 1 && (
        <Link
          className="button"
          href={`${hrefOf('models', model, 'compare')}?from=${version - 1}&to=${version}`}
        >
          Compare with version {version - 1}
        </Link>
      )}
      <Link className="button" href={hrefOf('models', model)}>
        All versions
      </Link>
    </>
  );
}
