/** Words that settings are made of: names, images, quantities. Pure. */
import { text } from '../../schema/value-schema.ts';

/** RFC 1123 label; shorter than 63 for what is added to it. */
export const DEPLOYMENT_NAME = text(
  '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$',
  'small letters, digits and "-", at most 40',
);
export const LABEL = text(
  '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  'small letters, digits and "-", at most 63',
);
export const OBJECT = text('^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$', 'the name of an object');
export const IMAGE = text(
  '^[a-z0-9]([a-zA-Z0-9.:_/-]{0,400})(@sha256:[0-9a-f]{64})?$',
  'an image: REGISTRY/NAME@sha256:… or REGISTRY/NAME:TAG',
);
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export const CPU = text('^(?=.*[1-9])[0-9]+(\\.[0-9]+)?m?$', 'cores such as "2" or "500m"');
/** Not without a unit, and not `m`: 512 would be bytes, 512m half a byte. */
export const MEMORY_QUANTITY = text(
  '^(?=.*[1-9])[0-9]+(\\.[0-9]+)?(k|Ki|M|Mi|G|Gi|T|Ti)$',
  'bytes with their unit, such as "512Mi"',
);
export const HOSTNAME = text(
  '^(\\*\\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
  'a host name, or one with "*." in front',
);
export const VARIABLE = text('^[A-Za-z_][A-Za-z0-9_]{0,127}$', 'the name of a variable');
export const VALUE = text('^[^\\u0000]{0,4096}$', 'a text of at most 4096 characters');
export const LABEL_KEY = text(
  '^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?$',
  'the name of a label',
);
export const LABEL_VALUE = text('^([A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?)?$', 'the value of a label');
export const RELEASE = text('^1\\.[1-9][0-9]$', 'a release of Kubernetes such as "1.34", in quotes');
export const HTTP = text('^https?://[^\\s@]{1,500}$', 'an address: http://… or https://…');
export const QUERY = text('^[^\\u0000]{1,2000}$', 'a query in PromQL');
export const STORAGE = text(
  '^(oci|oci\\+native|s3|gs|pvc|hf|https|http)://[^\\s]{1,900}$',
  'where the model is: oci+native://…, s3://…, pvc://…',
);
