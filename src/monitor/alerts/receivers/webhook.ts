/** An address of one's own: Alertmanager's body of version 4, or what a template makes of it. */
import { noticeHeadline, noticeText } from '../message/notice-text.ts';
import { renderTemplate } from '../message/template.ts';
import { webhookBody } from '../message/webhook-body.ts';
import { permanentFailure, type SendFunction } from './receiver.ts';
import { sendSigned } from './send-signed.ts';

export const sendWebhook: SendFunction<'webhook'> = async (policy, outgoing, surroundings) => {
  const { notice } = outgoing;
  const body = webhookBody(notice, surroundings.externalUrl);
  if (policy.template === null) return sendSigned(policy, JSON.stringify(body), outgoing, surroundings);
  const data = {
    ...body,
    headline: noticeHeadline(notice),
    text: noticeText(notice, surroundings.externalUrl),
    endpoint: notice.endpoint,
  };
  const rendered = renderTemplate(policy.template, data);
  if (!rendered.ok) return permanentFailure(`its template cannot be used: ${rendered.problem}`);
  return sendSigned(policy, rendered.body, outgoing, surroundings);
};
