/** An address of one's own: Alertmanager's body of version 4, or what a template makes of it. */
import { headlineOf, textOf } from '../message/message.ts';
import { renderTemplate } from '../message/template.ts';
import { webhookBody } from '../message/webhook-body.ts';
import { refused, type Send } from './receiver.ts';
import { sendSigned } from './signed.ts';

export const sendWebhook: Send<'webhook'> = async (policy, outgoing, surroundings) => {
  const { notice } = outgoing;
  const body = webhookBody(notice, surroundings.externalUrl);
  if (policy.template === null) return sendSigned(policy, JSON.stringify(body), outgoing, surroundings);
  const data = {
    ...body,
    headline: headlineOf(notice),
    text: textOf(notice, surroundings.externalUrl),
    endpoint: notice.endpoint,
  };
  const rendered = renderTemplate(policy.template, data);
  if (!rendered.ok) return refused(`its template cannot be used: ${rendered.problem}`);
  return sendSigned(policy, rendered.body, outgoing, surroundings);
};
