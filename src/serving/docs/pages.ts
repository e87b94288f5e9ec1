import type { Target } from '../protocol.ts';

/** Scripts that the pages start with; apart, because the pages forbid scripts of their own. */
export const SCRIPTS = {
  'docs.js': `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
});`,
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

export const swaggerPage = (): string =>
  page({
    title: 'Plimsoll: API',
    styles: ['swagger-ui.css'],
    scripts: ['swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'docs.js'],
    body: '<div id="page"></div>',
  });

export const redocPage = (): string =>
  page({
    title: 'Plimsoll: API reference',
    scripts: ['redoc.standalone.js', 'redoc.js'],
    body: '<div id="page"></div>',
  });

/** What a person sees who opens the server's address: what it serves, and where to go. */
export function landingPage(targets: readonly Target[]): string {
  const rows = targets.map(({ model, version, manifest }) => {
    const { framework, runtime, verification } = manifest;
    const cells = [
      model,
      version,
      `${framework.name} ${framework.version ?? ''}`,
      runtime,
      verification.proof,
    ];
    return `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
  });
  return page({
    title: 'Plimsoll',
    styles: ['plimsoll.css'],
    body: `<main>
<h1>Plimsoll</h1>
<p>This server answers predictions. Try them in <a href="/docs">the API page</a>, or read
<a href="/redoc">the reference</a>. For programs: <a href="/openapi.json">openapi.json</a>,
<a href="/models">models</a>, <a href="/metrics">metrics</a>, <a href="/readyz">readiness</a>.</p>
<table>
<thead><tr><th>model</th><th>version</th><th>made with</th><th>engine</th><th>proof</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</main>`,
  });
}

export const LANDING_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 46rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
th, td { text-align: left; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th { font-weight: 600; }
`;
