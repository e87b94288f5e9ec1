/** An address of one's own: Alertmanager's body of version 4, or what a template makes of it. */
import { noticeHeadline, noticeText } from '../message/notice-text.ts';
import { renderTemplate } from '../message/template.ts';
import { webhookBody } from '../message/webhook-body.ts';
import { permanentFailure, type SendFunction } from './receiver.ts';
import { sendSigned } from './send-signed.ts';

export const sendWebhook: SendFunction<'webhook'> = async (policy, outgoing, environment) => {
  const { notice } = outgoing;
  const body = webhookBody(notice, environment.externalUrl);
  if (policy.template === null) return sendSigned(policy, JSON.stringify(body), outgoing, environment);
  const data = {
    ...body,
    headline: noticeHeadline(notice),
    text: noticeText(notice, environment.externalUrl),
    endpoint: notice.endpoint,
  };
  const rendered = renderTemplate(policy.template, data);
  if (!rendered.ok) return permanentFailure(`its template cannot be used: ${rendered.problem}`);
  return sendSigned(policy, rendered.body, outgoing, environment);
};
