import { useEndpoints, useInfo, useMay, useModels, useProof } from '../../api/queries.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, navigate, useParameter } from '../../location/location.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { RELEASE_STEPS, Steps } from '../../ui/steps.tsx';
import { type Earlier, outcomeWords } from './arrival-words.ts';
import { Proof } from './proof.tsx';
import { UploadForm } from './upload-form.tsx';
import './upload.css';

const ADD = 'POST /api/v1/models/{model}/versions';

/** A file on its way to become a version: chosen, sent, checked while somebody looks on. The address says how far it is. */
export function Upload() {
  const [model] = useParameter('model', '');
  const [version] = useParameter('version', '');
  const number = Number(version);
  return model !== '' && Number.isSafeInteger(number) && number > 0 ? (
    <Arrived key={`${model}@${number}`} model={model} version={number} />
  ) : (
    <Choosing model={model} />
  );
}

/** Told by the page that sends to the one that looks on. */
const EARLIER = 'earlier';

function Choosing({ model }: { readonly model: string }) {
  const may = useMay();
  const { data: info } = useInfo();
  const models = useModels();
  const endpoints = useEndpoints();
  const sent = (name: string, version: number, earlier: Earlier): void => {
    const parameters = new URLSearchParams({ model: name, version: String(version) });
    if (earlier !== null) parameters.set(EARLIER, earlier);
    navigate(`${hrefOf('upload')}?${parameters}`);
  };
  return (
    <main id="main">
      <PageHead
        trail={<Way model={model} />}
        title="Upload a version"
        sentence="The file is read as data; nothing in it is run, unless you say that Python may."
        actions={
          <a className="button" href="/inspect">
            Only look into a file, without sending it
          </a>
        }
      />
      <Steps label="Way of a version" names={RELEASE_STEPS} now={0} />
      {may(ADD) ? (
        <Panel title="File" query={models}>
          {(known) => (
            <UploadForm
              model={model}
              models={known}
              endpoints={endpoints.data ?? []}
              largest={info?.largestModel ?? Infinity}
              onSent={sent}
            />
          )}
        </Panel>
      ) : (
        <section className="panel">
          <p className="empty">
            {info?.key === undefined
              ? 'It is being asked what your key may do.'
              : `Your key, ${info.key?.name ?? 'none'}, may not add versions: that takes the scope admin, and it has ${info.key?.scope ?? 'none'}. Ask whoever runs this server for another key, or to push the file for you.`}
          </p>
        </section>
      )}
    </main>
  );
}

function Arrived({ model, version }: { readonly model: string; readonly version: number }) {
  const query = useProof(model, version);
  const endpoints = useEndpoints();
  const [earlier] = useParameter(EARLIER, '');
  const view = query.data?.version;
  const known = earlier === 'ready' || earlier === 'proved again' ? earlier : null;
  const isReady = view?.state === 'ready';
  const own = endpoints.data?.filter((one) => one.model === model) ?? [];
  const answers = own.find(({ stable }) => stable === version);
  return (
    <main id="main">
      <PageHead
        trail={<Way model={model} />}
        title={`Version ${version} of ${model}`}
        sentence={
          view === undefined || endpoints.data === undefined ? '' : outcomeWords(view, known, endpoints.data)
        }
        actions={
          <>
            {isReady && endpoints.data !== undefined && answers === undefined && (
              <Link
                className="button button-main"
                href={hrefOf('models', model, 'versions', version, 'rollout')}
              >
                Choose a strategy
              </Link>
            )}
            {isReady && answers !== undefined && (
              <Link className="button button-main" href={hrefOf('endpoints', answers.name)}>
                Open the endpoint
              </Link>
            )}
            {view?.state === 'refused' && (
              <Link
                className="button button-main"
                href={`${hrefOf('upload')}?${new URLSearchParams({ model })}`}
              >
                Upload another file
              </Link>
            )}
            <Link className="button" href={hrefOf('models', model)}>
              All versions
            </Link>
          </>
        }
      />
      <Steps label="Way of a version" names={RELEASE_STEPS} now={isReady && answers === undefined ? 2 : 1} />
      <Proof query={query} />
    </main>
  );
}

const Way = ({ model }: { readonly model: string }) => (
  <>
    <Link href={hrefOf()}>Endpoints</Link>
    {model !== '' && (
      <>
        {' / '}
        <Link href={hrefOf('models', model)}>Versions of {model}</Link>
      </>
    )}
  </>
);
