/** Rollouts: started, watched, and steered by a person. */
import { Type } from 'typebox';
import { ROLLOUT_LINT } from '../../control/lint-schema.ts';
import type { RolloutCommand } from '../../control/port.ts';
import {
  RECORDED_WINDOW,
  ROLLOUT_HISTORY,
  ROLLOUT_STATE,
  ROLLOUT_SUMMARY,
  ROLLOUT_VIEW,
  SIGNED_REPORT,
  STRATEGY,
} from '../../control/rollout-schemas.ts';
import { PlimsollError } from '../../core/errors.ts';
import {
  closed,
  NAME,
  operation,
  PAGE,
  pageRequest,
  pageSchemaOf,
  REASON,
  VERSION_NUMBER,
} from './operation.ts';

/** What each command does, in the words of the document. */
const COMMANDS: Readonly<Record<RolloutCommand, string>> = {
  pause: 'Holds the weight; evidence goes on',
  resume: 'Goes on after a pause',
  promote: 'Gives everybody the candidate without waiting for more evidence',
  abort: 'Ends it for good: everybody gets stable',
  approve: 'Lets a stage end that waits for a person',
};

/** Characters of a policy in an address: percent-encoded they fit into the head of a request, of which Node takes 16 KiB. */
const POLICY_MAX = 4000;

/** Throws REQUEST_INVALID. */
function policyIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const problem = `query/policy is ${JSON.stringify(text.slice(0, 60))}, wanted JSON`;
    throw new PlimsollError('REQUEST_INVALID', { problems: problem, list: [problem] });
  }
}

const commands = Object.entries(COMMANDS).map(([command, summary]) =>
  operation({
    method: 'POST',
    path: `/rollouts/{id}:${command}`,
    summary,
    params: { id: NAME },
    body: Type.Optional(closed({ reason: REASON })),
    answer: ROLLOUT_VIEW,
    needsNoStore: command === 'abort',
    handle: ({ control, params, actor }) => control.command(params.id, command as RolloutCommand, actor),
  }),
);

export const ROLLOUTS = [
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/rollouts',
    summary: 'Rollouts of an endpoint, newest first',
    params: { endpoint: NAME },
    query: PAGE,
    answer: pageSchemaOf(ROLLOUT_VIEW),
    handle: ({ control, params, query }) => control.rollouts(params.endpoint, pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/endpoints/{endpoint}/rollout-lint',
    summary:
      'What a rollout would do at the traffic of the endpoint, and whether it may begin; begins nothing',
    params: { endpoint: NAME },
    query: {
      candidate: VERSION_NUMBER,
      strategy: STRATEGY,
      policy: Type.Optional(
        Type.String({
          maxLength: POLICY_MAX,
          description:
            "A policy as JSON (default: the endpoint's own, else what is left out has its default)",
        }),
      ),
      rate: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          maximum: 1e9,
          description: 'Requests a second (default: as measured)',
        }),
      ),
    },
    answer: ROLLOUT_LINT,
    handle({ control, params, query: { policy, ...rest } }) {
      const given = policy === undefined ? undefined : policyIn(policy);
      return control.lintRollout(params.endpoint, { ...rest, policy: given });
    },
  }),
  operation({
    method: 'POST',
    path: '/endpoints/{endpoint}/rollouts',
    summary: 'Starts a rollout to a version that is ready',
    params: { endpoint: NAME },
    body: closed({
      candidate: VERSION_NUMBER,
      strategy: STRATEGY,
      policy: Type.Optional(
        Type.Unknown({ description: 'As docs/policy.schema.json says; what is left out has its default' }),
      ),
      force: Type.Optional(
        Type.Boolean({ description: 'Begins also where the policy cannot find its margin in time' }),
      ),
      reason: REASON,
    }),
    answer: ROLLOUT_VIEW,
    status: 201,
    handle({ control, params, body, actor }) {
      const { candidate, strategy, policy, force } = body;
      return control.startRollout(params.endpoint, { candidate, strategy, policy, force }, actor);
    },
  }),
  operation({
    method: 'GET',
    path: '/rollouts',
    summary: 'Rollouts of all endpoints, newest first',
    query: {
      ...PAGE,
      endpoint: Type.Optional(NAME),
      strategy: Type.Optional(STRATEGY),
      state: Type.Optional(
        Type.Union([ROLLOUT_STATE, Type.Literal('active'), Type.Literal('over')], {
          description: 'A state, or all that run or wait for a person (`active`), or that are over (`over`)',
        }),
      ),
    },
    answer: pageSchemaOf(ROLLOUT_SUMMARY),
    handle: ({ control, query: { endpoint, strategy, state, ...page } }) =>
      control.allRollouts({ endpoint, strategy, state, ...pageRequest(page) }),
  }),
  operation({
    method: 'GET',
    path: '/rollouts/{id}',
    summary: 'One rollout: stage, weight, verdict and evidence',
    params: { id: NAME },
    answer: ROLLOUT_VIEW,
    handle: ({ control, params }) => control.rollout(params.id),
  }),
  ...commands,
  operation({
    method: 'GET',
    path: '/rollouts/{id}/windows',
    summary: 'Closed windows in order, as lines of a recording that `rollout replay` reads',
    params: { id: NAME },
    query: PAGE,
    answer: pageSchemaOf(RECORDED_WINDOW),
    handle: ({ control, params, query }) => control.windows(params.id, pageRequest(query)),
  }),
  operation({
    method: 'GET',
    path: '/rollouts/{id}/evidence',
    summary: 'Signed account of a rollout: a DSSE envelope',
    params: { id: NAME },
    answer: SIGNED_REPORT,
    handle: ({ control, params }) => control.evidence(params.id),
  }),
  operation({
    method: 'GET',
    path: '/rollouts/{id}/history',
    summary: 'How a rollout came to where it is: its evidence over time, and what was said and decided',
    params: { id: NAME },
    answer: ROLLOUT_HISTORY,
    handle: ({ control, params }) => control.history(params.id),
  }),
];
