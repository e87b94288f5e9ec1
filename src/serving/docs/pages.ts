import { frameworkText } from '../../text/framework.ts';
import type { TargetVersion } from '../protocol.ts';
import { CONTROL_DOCS_SCRIPT } from './control-docs.ts';

const SWAGGER_SCRIPT = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
});`;

/** Scripts that the pages start with; apart, because the pages forbid scripts of their own. */
export const SCRIPTS = {
  'docs.js': SWAGGER_SCRIPT,
  'control-docs.js': CONTROL_DOCS_SCRIPT,
  'redoc.js': `Redoc.init('/openapi.json', { schemasExpansionLevel: 3, jsonSamplesExpandLevel: 5 }, document.getElementById('page'));`,
} as const;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

interface PageParts {
  readonly title: string;
  readonly styles?: readonly string[];
  readonly scripts?: readonly string[];
  readonly body: string;
}

const page = ({ title, styles = [], scripts = [], body }: PageParts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" type="image/png" href="/assets/favicon-32x32.png">
${styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`).join('\n')}
</head>
<body>
${body}
${scripts.map((name) => `<script src="/assets/${name}"></script>`).join('\n')}
</body>
</html>
`;

/** Of predictions, or of the control API. */
export const swaggerPage = (of: 'docs.js' | 'control-docs.js'): string =>
  page({
    title: of === 'docs.js' ? 'Plimsoll: API' : 'Plimsoll: control API',
    styles: ['swagger-ui.css'],
    scripts: ['swagger-ui-bundle.js', of],
    body: '<div id="page"></div>',
  });

export const redocPage = (): string =>
  page({
    title: 'Plimsoll: API reference',
    scripts: ['redoc.standalone.js', 'redoc.js'],
    body: '<div id="page"></div>',
  });

const PROOFS: Readonly<Record<TargetVersion['manifest']['verification']['proof'], string>> = {
  golden: 'expected outputs given',
  'engines-agree': 'two engines agree',
  'single-engine': 'one engine, unchecked',
};

/** One version as a row of the table: its name leads to its part of the API page. */
function targetRow({ model, version, manifest }: TargetVersion): string {
  const { framework, runtime, verification } = manifest;
  const name = `<a href="/docs#/${encodeURIComponent(model)}">${escaped(model)}</a>`;
  const facts = [String(version), frameworkText(framework), runtime, PROOFS[verification.proof]].map(escaped);
  return `<tr>${[name, ...facts].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

interface ClientParts {
  /** What the one who asks calls this server: `http://ml.example:8080`. */
  readonly origin: string;
  readonly distribution: string;
  /** Of the program, which is the package's. */
  readonly version: string;
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

/** The Python package of this server, and how to install it. Its only link to a wheel is what pip finds (PEP 503). */
export function clientPage({ origin, distribution, version, path, name, sha256 }: ClientParts): string {
  return page({
    title: 'Plimsoll: Python package',
    styles: ['plimsoll.css'],
    body: `<main>
<h1>${distribution} ${escaped(version)}</h1>
<p>The Python package of this server's own version, imported as <code>plimsoll</code>: <code>save</code> writes a trained model as
a folder that can be served, <code>load</code> reads it again, <code>Client</code> asks a server. It needs nothing but Python.</p>
<pre>pip install ${escaped(origin + path)}</pre>
<p>To download: <a href="${escaped(path)}#sha256=${sha256}">${escaped(name)}</a></p>
</main>`,
  });
}

/** What a person sees who opens the server's address: what it serves, and where to go. `wheel`: its whole address. */
export function landingPage(targets: readonly TargetVersion[], wheel: string): string {
  return page({
    title: 'Plimsoll',
    styles: ['plimsoll.css'],
    body: `<main>
<h1>Plimsoll</h1>
<p>This server answers predictions: <code>POST /models/NAME/predict</code>. Try them in <a href="/docs">the API page</a>, or read
<a href="/redoc">the reference</a>. For programs: <a href="/openapi.json">openapi.json</a>,
<a href="/models">models</a>, <a href="/metrics">metrics</a>, <a href="/readyz">readiness</a>.</p>
<p>Where you train or ask: <a href="/clients/python/">the Python package</a> of this server.</p>
<pre>pip install ${escaped(wheel)}</pre>
<div class="table">
<table>
<thead><tr><th>model</th><th>version</th><th>made with</th><th>engine</th><th>proof</th></tr></thead>
<tbody>
${targets.map(targetRow).join('\n')}
</tbody>
</table>
</div>
</main>`,
  });
}

export const LANDING_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 46rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
pre { overflow-x: auto; }
.table { overflow-x: auto; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th { font-weight: 600; }
td:first-child { white-space: nowrap; }
@media (max-width: 40rem) { main { margin: 2rem auto; padding: 0 1rem; } td, th { font-size: .875rem; padding-right: .75rem; } }
`;
