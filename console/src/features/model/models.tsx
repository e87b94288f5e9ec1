import type { EndpointView, ModelView } from '../../api/generated/control-api.ts';
import { useEndpoints, useModels } from '../../api/queries.ts';
import { plural } from '../../facts/words.ts';
import { Link } from '../../location/link.tsx';
import { hrefOf, useParameter } from '../../location/location.ts';
import { Badge } from '../../ui/badge.tsx';
import { ColumnHeads } from '../../ui/column-heads.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Scrolled } from '../../ui/scrolled.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import './model.css';
import { answeringWords, isFound } from './model-words.ts';
import { STATE_TONES } from './version-page.tsx';

const HEADS = [
  { text: 'Model' },
  { text: 'Newest version' },
  { text: 'Answers at' },
  { text: 'Aliases', className: 'wide' },
  { text: 'Runs on', className: 'wide' },
  { text: 'Sent', className: 'wide' },
];
/** Rows at once: who looks for one of thousands searches. */
const SHOWN = 200;

/** Every model with its newest version, and where any version of it answers. */
export function Models() {
  const query = useModels();
  const endpoints = useEndpoints().data ?? [];
  const [search, setSearch] = useParameter('search', '');
  const { data } = query;
  const found = data?.filter((model) => isFound(model, search)) ?? [];
  return (
    <main id="main">
      <PageHead title="Models" sentence={data === undefined ? '' : plural(data.length, 'model')} />
      <Panel
        title="Models"
        query={query}
        actions={<SearchField label="Find a model" value={search} onChange={setSearch} />}
        empty={(models) => emptyWords(models.length, found.length)}
      >
        {() => (
          <>
            <Scrolled label="Models, one by one">
              <table className="models">
                <ColumnHeads columns={HEADS} />
                <tbody>
                  {found.slice(0, SHOWN).map((model) => (
                    <ModelRow key={model.name} model={model} endpoints={endpoints} />
                  ))}
                </tbody>
              </table>
            </Scrolled>
            {found.length > SHOWN && (
              <p className="note panel-note">
                {plural(found.length - SHOWN, 'model')} more: search for them.
              </p>
            )}
          </>
        )}
      </Panel>
    </main>
  );
}

function emptyWords(models: number, found: number): string | null {
  if (models === 0) return 'No model has been sent yet: plimsoll push FILE --name NAME.';
  return found === 0 ? 'No model has that in its name, file or aliases.' : null;
}

interface ModelRowProps {
  readonly model: ModelView;
  readonly endpoints: readonly EndpointView[];
}

function ModelRow({ model: { name, latest, aliases }, endpoints }: ModelRowProps) {
  const own = endpoints.filter(({ model }) => model === name);
  return (
    <tr>
      <th scope="row">
        <Link href={hrefOf('models', name)}>{name}</Link>
        <small>{latest.file}</small>
      </th>
      <td>
        <Link href={hrefOf('models', name, 'versions', latest.version)}>{latest.version}</Link>{' '}
        <Badge tone={STATE_TONES[latest.state]}>{latest.state}</Badge>
      </td>
      <td>
        {own.length === 0 && <span className="faint">nowhere</span>}
        {own.map((endpoint) => (
          <span key={endpoint.name} className="answers-at">
            <Link href={hrefOf('endpoints', endpoint.name)}>{endpoint.name}</Link> {answeringWords(endpoint)}
          </span>
        ))}
      </td>
      <td className="wide">
        {Object.entries(aliases)
          .map(([alias, version]) => `${alias} → ${version}`)
          .join(', ')}
      </td>
      <td className="wide">{latest.runtime ?? '–'}</td>
      <td className="wide">
        <Moment at={Date.parse(latest.createdAt)} /> <small>by {latest.createdBy}</small>
      </td>
    </tr>
  );
}
