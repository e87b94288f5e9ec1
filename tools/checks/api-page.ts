import type { ApiRoute } from '../../src/server/api/operation.ts';

const HEAD = `<!-- Generated from the schemas in src/server/api by \`npm run ok:generated:fix\`. -->
# Control API

Everything that the commands can do, over HTTP under \`/api/v1\` of the server. \`GET /api/v1/openapi.json\` has every
schema. Bodies are JSON; numbers in paths and queries are numbers; keys that are not known are refused by name.

- **Who may call.** Programs of the user that runs the server, on the same machine; those of other users send the token of the
  data folder: \`authorization: Bearer $(cat DATA/access/token)\`. From other machines: with a key, \`authorization: Bearer KEY\` or
  \`x-api-key: KEY\`; a request that a proxy passed on counts as one from another machine, and with \`--keys required\` so does
  every one but those over the socket in the data folder. Programs on the same machine call it as localhost, a loopback
  address or the name that \`--host\` gave, and a page may only call its own host. [security.md](security.md) says which scope may do
  what.
- **Who it was.** The name of the key, \`x-plimsoll-by\` and \`"reason"\` in the body are kept in the audit log.
- **Once.** A write with an \`idempotency-key\` that comes again gets the first answer; the same key with another request
  is refused. Failures are not kept: they may be tried again under the same key.
- **Nobody overwrites anybody.** Changes of a route name the \`generation\` that they are meant for; where it has changed
  meanwhile the answer is 409 with the one that it has now.
- **While the store is away** \`:rollback\` to a version that was there before, and \`:abort\`, are done at once in memory: 200 with
  \`"durable": false\`, written down when the store is back. Every other change is 503 with a reason to send it again.
- **Lists** are \`{"items": […], "next": cursor or null}\` with \`?limit=\` (100, at most 1000) and \`?cursor=\`.
- **Errors** are \`{"error": {"code", "message", "hint", "details"}}\`: [errors.md](errors.md).

A new version is sent as \`multipart/form-data\` (\`file\`; \`golden\`, \`reference\`; fields \`labels\` in JSON, \`note\`,
\`breaking\`, \`runtime\`, \`reason\` before the files), or named by \`{"path": "…"}\` on the same machine. The answer comes
at once with the state \`validating\`; \`?wait=60s\` waits for \`ready\` or \`refused\`.

For a model that Python runs ([python.md](python.md)): \`"trust": true\`, and as needed \`"runtime": "python"\`, \`python\`
("3.11"), \`allow\` (\`["network"]\`); files \`script\`, \`requirements\` and \`code\` (repeatable, named by their paths:
\`features/ratio.py\`), or their paths by JSON. A saved or MLflow folder is sent as \`folder\`, once for each file, named by
its path (\`churn/plimsoll.json\`), in the place of \`file\`. Whoever may push may trust, and is recorded; without
\`trust\` the answer is 403 \`PYTHON_UNTRUSTED\`, and no interpreter is started.

| operation | does | parameters | status |
|---|---|---|---|
`;

/** docs/api.md: the operations as people read them. */
export const apiPage = (operations: readonly ApiRoute[]): string => HEAD + operations.map(row).join('');

function row({ method, path, summary, query, body, status }: ApiRoute): string {
  const asked = Object.keys(query.properties).map((name) => `\`?${name}=\``);
  const keys = Object.keys((body as { properties?: object } | null)?.properties ?? {});
  const given = keys.length === 0 ? [] : [`\`{${keys.join(', ')}}\``];
  return `| \`${method} ${path}\` | ${summary} | ${[...asked, ...given].join(' ')} | ${status} |\n`;
}
