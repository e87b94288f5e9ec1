/**
 * The script of the page that describes the control API. The page and its script are for whoever comes; the description is for who
 * has a key where keys are wanted: the key of the console in the same tab, or one that is given here, which lasts as long as the tab.
 */
export const CONTROL_DOCS_SCRIPT = `'use strict';
const NAME = 'plimsoll-key';
const URL_OF_DESCRIPTION = '/api/v1/openapi.json';

const withKey = (request) => {
  const key = window.sessionStorage.getItem(NAME);
  if (key !== null && request.headers.Authorization === undefined)
    request.headers.Authorization = 'Bearer ' + key;
  return request;
};

async function begin() {
  const { headers } = withKey({ headers: { accept: 'application/json' } });
  const answer = await fetch(URL_OF_DESCRIPTION, { headers, cache: 'no-store' });
  if (answer.ok) show(await answer.json());
  else ask(await answer.json().then(({ error }) => error.message, () => 'The answer is ' + answer.status));
}

function show(spec) {
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: '#page',
    deepLinking: true,
    // Seventy operations at once take seconds to draw.
    docExpansion: 'none',
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    requestInterceptor: withKey,
  });
}

const made = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function ask(reason) {
  const field = made('input', { type: 'password', autocomplete: 'off' });
  const form = made('form', {},
    made('label', {}, 'API key, or the token of the data folder ', field), ' ',
    made('button', { type: 'submit', className: 'btn' }, 'Open'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    window.sessionStorage.setItem(NAME, field.value.trim());
    void begin();
  });
  const told = made('p', {}, reason);
  told.setAttribute('role', 'alert');
  const head = made('h1', {}, 'This server wants a key');
  const place = made('main', { className: 'swagger-ui wrapper' }, head, told, form);
  document.getElementById('page').replaceChildren(place);
  field.focus();
}

void begin();
`;
