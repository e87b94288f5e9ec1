/**
 * The control plane of a server that runs: over its Unix socket, or over HTTP where it is another machine. Errors come
 * back as the coded errors that they were.
 */

import { randomUUID } from 'node:crypto';
import { openAsBlob, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../core/actor.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { askControl, type ControlAddress, type ControlRequest } from '../../http/control-request.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { TREE_PART, type TreePart } from '../../outline/outline-schemas.ts';
import type { TreeChoice } from '../../outline/trees/tree-part.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import { filesBelow, isFolder } from '../../registry/python/folder.ts';
import type { RecordingLine } from '../../rollout/recording.ts';
import { pageSchema, schemaOf, type ValueSchema } from '../../schema/value-schema.ts';
import type { AuditRequest, AuditRow, Page, PageRequest, RouteRow } from '../../store/store.ts';
import type { VerifiedChain } from '../../store/verified-audit-chain.ts';
import {
  CERTIFICATE_VIEW,
  type CertificateView,
  CONTENTS_VIEW,
  type ContentsView,
  DIFFERENCE_VIEW,
  type DifferenceView,
  GOLDEN_VIEW,
  type GoldenView,
} from '../contents-schemas.ts';
import { ROLLOUT_LINT } from '../lint-schema.ts';
import type {
  ControlApi,
  EndpointView,
  FeedbackItem,
  FeedbackReceipt,
  Garbage,
  LintedRollout,
  ModelView,
  NewRollout,
  ProofView,
  RolloutCommand,
  RolloutHistoryView,
  RolloutLint,
  RolloutQuery,
  RolloutSummary,
  RolloutView,
  SignedReport,
  TrafficHistoryView,
  TrafficRange,
  UnitExplanation,
  VersionView,
} from '../port.ts';
import { PROOF_VIEW } from '../proof-schema.ts';
import { fieldsOfDemands } from '../python-fields.ts';
import { ROLLOUT_HISTORY, ROLLOUT_SUMMARY, ROLLOUT_VIEW, SIGNED_REPORT } from '../rollout-schemas.ts';
import { TRAFFIC_HISTORY } from '../traffic-schemas.ts';
import {
  AUDIT_CHAIN,
  AUDIT_VIEW,
  ENDPOINT_VIEW,
  FEEDBACK_RECEIPT,
  GARBAGE_RECEIPT,
  MODEL_VIEW,
  ROUTE_VIEW,
  SIGNING_KEYS,
  UNIT_EXPLANATION,
  VERSION_VIEW,
} from '../view-schemas.ts';

type Query = Readonly<Record<string, string | number | undefined>>;
type Keys = readonly { readonly keyId: string; readonly publicKey: string }[];

/** How long one request waits for a proof; longer ones ask again. */
const WAIT = '60s';
const POLL_MS = 500;

export class RemoteControl implements ControlApi {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  models(page: PageRequest): Promise<Page<ModelView>> {
    return this.#get(pageSchema(MODEL_VIEW), '/models', { ...page });
  }
  model(name: string): Promise<ModelView> {
    return this.#get(MODEL_VIEW, path`/models/${name}`);
  }
  versions(model: string, page: PageRequest): Promise<Page<VersionView>> {
    return this.#get(pageSchema(VERSION_VIEW), path`/models/${model}/versions`, { ...page });
  }
  version(model: string, version: number): Promise<VersionView> {
    return this.#get(VERSION_VIEW, path`/models/${model}/versions/${version}`);
  }
  proof(model: string, version: number): Promise<ProofView> {
    return this.#get(PROOF_VIEW, path`/models/${model}/versions/${version}/proof`);
  }

  certificate(model: string, version: number): Promise<CertificateView> {
    return this.#get(CERTIFICATE_VIEW, path`/models/${model}/versions/${version}/certificate`);
  }
  contents(model: string, version: number): Promise<ContentsView> {
    return this.#get(CONTENTS_VIEW, path`/models/${model}/versions/${version}/contents`);
  }
  tree(model: string, version: number, step: number, choice: TreeChoice): Promise<TreePart> {
    const { tree, node, depth } = choice;
    const where = path`/models/${model}/versions/${version}/trees/${step}/${tree}`;
    return this.#get(TREE_PART, where, { depth, node: node ?? undefined });
  }
  goldenRows(model: string, version: number, page: PageRequest): Promise<GoldenView> {
    return this.#get(GOLDEN_VIEW, path`/models/${model}/versions/${version}/golden`, { ...page });
  }
  difference(model: string, from: number, to: number): Promise<DifferenceView> {
    return this.#get(DIFFERENCE_VIEW, path`/models/${model}/difference`, { from, to });
  }

  /** Names the file to a server on this machine, sends it to another; comes back when it is proved. */
  async addVersion(model: string, source: NewVersion, actor: Actor): Promise<VersionView> {
    const begun = await this.#write(
      VERSION_VIEW,
      'POST',
      `${path`/models/${model}/versions`}?wait=${WAIT}`,
      actor,
      await this.#bodyOf(source, actor),
    );
    let version = begun;
    while (version.state === 'validating') {
      await sleep(POLL_MS);
      version = await this.version(model, begun.version);
    }
    return version;
  }

  changeVersion(
    model: string,
    version: number,
    change: Parameters<ControlApi['changeVersion']>[2],
    actor: Actor,
  ): Promise<VersionView> {
    return this.#write(
      VERSION_VIEW,
      'PATCH',
      path`/models/${model}/versions/${version}`,
      actor,
      json(change, actor),
    );
  }
  async setAlias(model: string, alias: string, version: number | null, actor: Actor): Promise<void> {
    const where = path`/models/${model}/aliases/${alias}`;
    if (version === null) await this.#write(MODEL_VIEW, 'DELETE', where, actor);
    else await this.#write(MODEL_VIEW, 'PUT', where, actor, json({ version }, actor));
  }
  garbage(): Promise<Garbage> {
    return this.#get(GARBAGE_RECEIPT, '/gc');
  }
  collectGarbage(actor: Actor): Promise<Garbage> {
    return this.#write(GARBAGE_RECEIPT, 'POST', '/gc', actor);
  }

  endpoints(page: PageRequest): Promise<Page<EndpointView>> {
    return this.#get(pageSchema(ENDPOINT_VIEW), '/endpoints', { ...page });
  }
  endpoint(name: string): Promise<EndpointView> {
    return this.#get(ENDPOINT_VIEW, path`/endpoints/${name}`);
  }
  routes(endpoint: string, page: PageRequest): Promise<Page<RouteRow>> {
    return this.#get(pageSchema(ROUTE_VIEW), path`/endpoints/${endpoint}/routes`, { ...page });
  }
  trafficHistory(endpoint: string, range: TrafficRange): Promise<TrafficHistoryView> {
    return this.#get(TRAFFIC_HISTORY, path`/endpoints/${endpoint}/traffic`, { ...range });
  }
  changeRoute(
    endpoint: string,
    change: Parameters<ControlApi['changeRoute']>[1],
    generation: number,
    actor: Actor,
  ): Promise<EndpointView> {
    return this.#write(
      ENDPOINT_VIEW,
      'PATCH',
      path`/endpoints/${endpoint}`,
      actor,
      json({ ...change, generation }, actor),
    );
  }
  rollback(
    endpoint: string,
    to: number | null,
    generation: number | null,
    actor: Actor,
  ): Promise<EndpointView> {
    const body = json({ to, generation }, actor);
    return this.#write(ENDPOINT_VIEW, 'POST', path`/endpoints/${endpoint}:rollback`, actor, body);
  }
  explainUnit(endpoint: string, unit: string): Promise<UnitExplanation> {
    return this.#get(UNIT_EXPLANATION, path`/endpoints/${endpoint}/explain`, { unit });
  }

  lintRollout(endpoint: string, { policy, ...rest }: LintedRollout): Promise<RolloutLint> {
    const given = policy == null ? {} : { policy: JSON.stringify(policy) };
    return this.#get(ROLLOUT_LINT, path`/endpoints/${endpoint}/rollout-lint`, { ...rest, ...given });
  }
  startRollout(endpoint: string, rollout: NewRollout, actor: Actor): Promise<RolloutView> {
    return this.#write(
      ROLLOUT_VIEW,
      'POST',
      path`/endpoints/${endpoint}/rollouts`,
      actor,
      json(rollout, actor),
    );
  }
  rollouts(endpoint: string, page: PageRequest): Promise<Page<RolloutView>> {
    return this.#get(pageSchema(ROLLOUT_VIEW), path`/endpoints/${endpoint}/rollouts`, { ...page });
  }
  allRollouts(query: RolloutQuery): Promise<Page<RolloutSummary>> {
    return this.#get(pageSchema(ROLLOUT_SUMMARY), '/rollouts', { ...query });
  }
  history(id: string): Promise<RolloutHistoryView> {
    return this.#get(ROLLOUT_HISTORY, path`/rollouts/${id}/history`);
  }
  rollout(id: string): Promise<RolloutView> {
    return this.#get(ROLLOUT_VIEW, path`/rollouts/${id}`);
  }
  command(id: string, command: RolloutCommand, actor: Actor): Promise<RolloutView> {
    return this.#write(ROLLOUT_VIEW, 'POST', path`/rollouts/${id}:${command}`, actor, json({}, actor));
  }
  windows(id: string, page: PageRequest): Promise<Page<RecordingLine>> {
    return this.#get(pageSchema(schemaOf<RecordingLine>({ type: 'object' })), path`/rollouts/${id}/windows`, {
      ...page,
    });
  }
  evidence(id: string): Promise<SignedReport> {
    return this.#get(SIGNED_REPORT, path`/rollouts/${id}/evidence`);
  }
  async keys(): Promise<Keys> {
    return (await this.#get(SIGNING_KEYS, '/keys')).items;
  }

  feedback(items: readonly FeedbackItem[]): Promise<FeedbackReceipt> {
    return this.#write(FEEDBACK_RECEIPT, 'POST', '/feedback', null, { json: items });
  }
  audit(wanted: AuditRequest): Promise<Page<AuditRow>> {
    return this.#get(pageSchema(AUDIT_VIEW), '/audit', { ...wanted });
  }
  auditChain(): Promise<VerifiedChain> {
    return this.#get(AUDIT_CHAIN, '/audit/chain');
  }

  #get<T>(answer: ValueSchema<T>, where: string, query: Query = {}): Promise<T> {
    return askControl(answer, this.#target, { method: 'GET', path: `${where}${searchOf(query)}` });
  }

  /** With a key of its own, so that a request that is sent twice is done once. */
  #write<T>(
    answer: ValueSchema<T>,
    method: string,
    where: string,
    actor: Actor | null,
    body: Pick<ControlRequest, 'json' | 'form'> = {},
  ): Promise<T> {
    const by = actor === null ? {} : { 'x-plimsoll-by': encodeURIComponent(actor.by) };
    const headers = { 'idempotency-key': randomUUID(), ...by };
    return askControl(answer, this.#target, { method, path: where, headers, ...body });
  }

  async #bodyOf(source: NewVersion, actor: Actor): Promise<Pick<ControlRequest, 'json' | 'form'>> {
    return 'socket' in this.#target ? json(absolute(source), actor) : { form: await formOf(source, actor) };
  }
}

const json = (body: object, { reason }: Actor): Pick<ControlRequest, 'json'> => ({
  json: reason === undefined ? body : { ...body, reason },
});

/** A version as a form: what is said about it first, then its files. */
async function formOf(source: NewVersion, { reason }: Actor): Promise<FormData> {
  const { labels, note, breaking, runtime, maxModel, golden, reference, background, reasons } = source;
  const { code = [], requirements, script, trust, python, allow } = fieldsOfDemands(source.python);
  const form = new FormData();
  const words = { note, runtime, maxModel, ...choicesOf(source), breaking, trust, python, reason };
  for (const [name, word] of Object.entries(words)) if (word !== undefined) form.set(name, String(word));
  for (const [name, value] of Object.entries({ labels, allow }))
    if (value !== undefined) form.set(name, JSON.stringify(value));
  for (const [name, file] of Object.entries({ golden, reference, background, reasons, requirements, script }))
    if (file !== undefined) form.set(name, await blobOf(file), basename(file));
  for (const path of code) await appendTree(form, 'code', path);
  await appendTree(form, isFolder(source.path) ? 'folder' : 'file', source.path);
  return form;
}

/** A file, or all files of a folder, each under its path from where the folder lies. */
async function appendTree(form: FormData, part: string, path: string): Promise<void> {
  const name = basename(resolve(path));
  if (!isFolder(path)) return form.append(part, await blobOf(path), name);
  const refuse = (reason: string): PlimsollError => new PlimsollError('FILE_UNREADABLE', { path, reason });
  for (const file of filesBelow(path, TREE, refuse))
    form.append(part, await blobOf(join(path, file.path)), `${name}/${file.path}`);
}

/** As the server takes it. */
const TREE = { files: 1000, bytes: 2 ** 40 };

/** The content of a file, read while it is sent. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
async function blobOf(file: string): Promise<Blob> {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new PlimsollError('FILE_NOT_FOUND', { path: file });
  if (!found.isFile())
    throw new PlimsollError('FILE_UNREADABLE', { path: file, reason: 'it is no single file' });
  try {
    return await openAsBlob(file);
  } catch (cause) {
    throw new PlimsollError('FILE_UNREADABLE', { path: file, reason: messageOf(cause) }, { cause });
  }
}

/** The server stands in another folder. */
function absolute({ path: file, python, ...rest }: NewVersion): object {
  const { code, ...fields } = fieldsOfDemands(python);
  const { golden, reference, background, reasons } = rest;
  const { requirements, script } = fields;
  const files = { golden, reference, background, reasons, requirements, script };
  const paths = Object.entries(files).flatMap(([name, given]) =>
    given === undefined ? [] : [[name, resolve(given)]],
  );
  return {
    ...{ ...rest, ...fields, ...Object.fromEntries(paths), path: resolve(file) },
    ...(code === undefined ? {} : { code: code.map((module) => resolve(module)) }),
  };
}

/** A path whose names are encoded: a name with a slash stays one segment. */
const path = (texts: TemplateStringsArray, ...names: readonly (string | number)[]): string =>
  String.raw({ raw: texts }, ...names.map((name) => encodeURIComponent(name)));

function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.size === 0 ? '' : `?${search}`;
}
