import { EXIT } from '../exit-codes.ts';
import { type ErrorAreas, row } from './row.ts';

/** Errors of images, containers, clusters and clouds. */
export const DEPLOY_AREAS = {
  // src/deploy
  'Deployments to clouds and clusters': {
    CLOUD_NAME_TAKEN: row(409, EXIT.refused, 'Cannot deploy: the {kind} "{name}" is there already and belongs to {by}', 'Choose another name for the deployment, or remove it there yourself: what others made is never changed'),
    CLOUD_FAILED: row(502, EXIT.failed, 'Cannot deploy: the cloud could not make or remove the {kind} "{name}": {reason}', 'Mend what it says, then run the same command again: it goes on where it stopped, and replaces what failed'),
    CLOUD_TIMEOUT: row(504, EXIT.failed, 'Cannot deploy: the {kind} "{name}" is not ready after {limit} s', 'It may still become ready: look with `plimsoll deploy … status`, then run the same command again; it goes on where it stopped'),
    CLOUD_DENIED: row(403, EXIT.failed, 'Cannot {action}: the cloud does not let us: {reason}', 'Renew the credentials, or have the permissions granted that `plimsoll deploy … plan` prints; then run the same command again'),
    CLOUD_QUOTA: row(429, EXIT.failed, 'Cannot {action}: a quota of the account is used up: {reason}', 'Have the quota raised, or use fewer or other instances; then run the same command again'),
    CLOUD_REFUSED: row(422, EXIT.refused, 'Cannot {action}: the cloud refuses it: {reason}', 'Correct what it names, then run the same command again'),
    CLOUD_UNREACHABLE: row(503, EXIT.failed, 'Cannot {action}: the cloud cannot be reached: {reason}', 'Run the same command again: it goes on where it stopped'),
    ROUTER_UNREACHABLE: row(503, EXIT.failed, 'Cannot ask the router {router}: {reason}', 'It is tried again by itself; look at its address and credentials if it goes on'),
    ROUTER_REFUSED: row(422, EXIT.refused, 'Cannot set the weights of the router {router}: {reason}', 'Deploy every version of the route there first, then they are set by themselves'),
    ROUTER_CONFLICT: row(409, EXIT.failed, 'Cannot set the weights of the router {router}: {writers} writes them too', 'Let one of the two go: remove the weights from what it applies, or take the router away from the endpoint'),
    EVIDENCE_UNREACHABLE: row(503, EXIT.failed, 'Cannot ask {source} what servers outside have counted: {reason}', 'The window is missing for all versions alike, and the next one is asked for by itself; look at the address of `metrics` if it goes on'),
  },
  // src/deploy/vertex
  'Vertex AI': {
    VERTEX_INVALID: row(422, EXIT.usage, 'Cannot deploy to Vertex as "{path}" says: {problems}', 'Correct every line named above; docs/vertex.md lists the settings'),
    VERTEX_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot deploy to Vertex with {setting}: {reason}', 'Leave the setting out, or deploy somewhere that has it; docs/vertex.md says what Vertex cannot do'),
    VERTEX_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package vertex` has not written', 'Give a folder that is empty or not there yet: --output DIR'),
  },
  // src/deploy/kubernetes
  'Kubernetes': {
    KUBERNETES_INVALID: row(422, EXIT.usage, 'Cannot write objects of Kubernetes: {problems}', 'Correct every line named above; docs/kubernetes.md lists the settings, `plimsoll package kubernetes --help` the flags'),
    KUBERNETES_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot write objects for Kubernetes {release}: {problems}', 'Leave the setting out, or say that the cluster is newer: --kubernetes-version'),
    KUBERNETES_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package kubernetes` has not written', 'Give a folder that is empty or not there yet: --output DIR'),
    KUBERNETES_FOLDER_INVALID: row(422, EXIT.usage, 'Cannot deploy the folder "{path}": {problem}', 'Give a folder that `plimsoll package kubernetes` has written'),
    KUBERNETES_CONFLICT: row(409, EXIT.failed, 'Cannot apply the {kind} "{name}": somebody else owns fields of it: {conflicts}', 'Let one of the two go: take the fields out of what that one applies, or take them over with --force-conflicts'),
  },
  // src/deploy/sagemaker
  'SageMaker': {
    SAGEMAKER_INVALID: row(422, EXIT.usage, 'Cannot deploy to SageMaker as {path} says: {problems}', 'Correct every line named above; docs/sagemaker.md lists the settings'),
    SAGEMAKER_FOLDER_TAKEN: row(409, EXIT.refused, 'Cannot write to the folder "{path}": there is something in it that `plimsoll package sagemaker` has not written', 'Give a folder that is empty or not there yet: --output DIR'),
    SAGEMAKER_UNSUPPORTED: row(422, EXIT.unsupported, 'Cannot deploy to SageMaker with {setting}: {reason}', 'Leave the setting out, or choose another kind of endpoint; docs/sagemaker.md says what each can do'),
  },
  // src/config/container.ts, src/server/container
  'Containers': {
    CONTRACT_AMBIGUOUS: row(500, EXIT.usage, 'Cannot tell which platform has started this container: it looks like {found}', 'Say which contract holds: {variable}=plain, sagemaker, vertex or kserve'),
    BUNDLES_UNREADABLE: row(500, EXIT.usage, 'Cannot serve "{path}": {found}, wanted a folder of bundles, NAME/VERSION/plimsoll.json', 'Package it anew: `plimsoll package oci` and `plimsoll package dockerfile` write such folders'),
    BUNDLE_DAMAGED: row(500, EXIT.refused, 'Refused to use {model}@{version}: "{file}" is {found}, wanted {wanted}', 'It was altered or cut short after it was packaged: package it anew, and copy it whole'),
    MOUNT_UNCLEAR: row(500, EXIT.refused, 'Cannot tell which model to serve in "{path}": {found}, wanted one model, or a bundle', 'Leave one model file or model folder there, or name the parts of one: PLIMSOLL_MEMBER; what needs code is packaged first: `plimsoll package sagemaker`, `package vertex`, `package kubernetes`'),
    CONTAINER_EMPTY: row(500, EXIT.usage, 'Cannot serve anything: there is no model in {places}', 'Mount a model there, or say where a folder of bundles is: --bundles DIR or PLIMSOLL_BUNDLES'),
    STORAGE_FAILED: row(502, EXIT.failed, 'Cannot fetch "{uri}": {reason}', 'Check that the folder exists and that the account of the container may read it (storage.objects.get and .list)'),
    IMAGE_UNPACK: row(422, EXIT.refused, 'Refused to unpack layer {digest}: "{path}" leads out of the image', 'The image was altered: package it anew'),
    VERIFY_UNSUPPORTED: row(501, EXIT.unsupported, 'Cannot start an image for {platform} here: {reason}', 'Verify it on a machine of that platform, as root, with runc installed'),
    CONTAINER_KEYS: row(500, EXIT.usage, 'Cannot listen on {host}: whoever reaches that address could ask, and there is no API key', 'Give it keys: PLIMSOLL_KEYS (what `plimsoll keys export` writes), PLIMSOLL_KEYS_FILE or PLIMSOLL_TOKEN; or say PLIMSOLL_INSECURE=true where the network lets nobody else in'),
    MODEL_REQUEST_INVALID: row(400, EXIT.usage, 'Cannot load the model: the request has {found}, wanted {"model_name": NAME, "url": FOLDER}', 'Unpack one model or bundle into a folder below /opt/ml/models, and name it'),
    MODEL_LOADED: row(409, EXIT.failed, 'Cannot load model "{model}": it is loaded already', 'Unload it first: DELETE /models/{model}'),
    MODEL_ABSENT: row(404, EXIT.usage, 'Cannot find model "{model}": it is not loaded', 'Load it: POST /models; GET /models lists those that are'),
    MODELS_MEMORY: row(507, EXIT.failed, 'Cannot load model "{model}": it takes about {wanted}, {found} are left', 'Unload another model first, give the container more memory, or raise PLIMSOLL_MODELS_MEMORY'),
  },
  // src/deploy/push, src/deploy/attest
  'Pushing images and what is attached to them': {
    IMAGE_NAME_INVALID: row(422, EXIT.usage, 'Cannot use "{reference}" as the name of an image: {reason}', 'Write HOST[:PORT]/REPOSITORY[:TAG][@DIGEST], for example registry.example.com/team/churn:3'),
    REGISTRY_UNREACHABLE: row(503, EXIT.failed, 'Cannot {action} {where}: {reason}', 'Run the command again once it answers: what has arrived is not sent a second time'),
    REGISTRY_DENIED: row(403, EXIT.failed, 'Cannot {action} {where}: the registry denies it ({said})', 'Log in again (docker login, or PLIMSOLL_REGISTRY_USER and PLIMSOLL_REGISTRY_PASSWORD) as somebody who may push there, then run the command again; tokens of ECR last 12 hours'),
    REGISTRY_REFUSED: row(422, EXIT.failed, 'Cannot {action} {where}: the registry refuses it ({said})', 'Mend what the registry names: some want the repository to be made first, keep tags as they are or limit how much is kept; then run the command again, what has arrived is not sent a second time'),
    REGISTRY_INVALID: row(502, EXIT.refused, 'Cannot trust the registry {where}: found {found}, wanted {wanted}', 'Look at what stands between here and the registry; running the command again is safe'),
    REGISTRY_INSECURE: row(422, EXIT.refused, 'Refused to go on with the registry {where}: {reason}', 'Give it a certificate that holds (NODE_EXTRA_CA_CERTS=FILE for an authority of your own); --insecure-registry allows a registry without TLS'),
    CREDENTIALS_UNREADABLE: row(422, EXIT.usage, 'Cannot read the credentials for the registry from {where}: {reason}', 'Run `docker login` again, or set PLIMSOLL_REGISTRY_USER and PLIMSOLL_REGISTRY_PASSWORD'),
    IMAGE_NOT_FOUND: row(404, EXIT.usage, 'Cannot find the image {image}: there is {found}', 'Check its name and tag, and whether it was pushed for this platform'),
    ATTESTATION_INVALID: row(422, EXIT.failed, 'Cannot trust the image {image}: {reason}', 'Give the public key of whoever made it (--public-key FILE; GET /api/v1/keys of their server); or make it again: `plimsoll package oci`'),
    IMAGE_DAMAGED: row(422, EXIT.refused, 'Cannot use the image at {path}: found {found}, wanted {wanted}', 'Make the image again: `plimsoll package oci`'),
  },
  // src/deploy/image
  'Images': {
    IMAGE_PLATFORM: row(400, EXIT.unsupported, 'Cannot make an image for {platform}: base files are pinned for {known}', 'Use one of them: --platform {known}; for other machines write a build context: `plimsoll package dockerfile`'),
    IMAGE_PYTHON: row(422, EXIT.unsupported, 'Cannot make an image of {model}: Python runs it, and images made here hold no Python', 'Write a build context that installs its locked environment: `plimsoll package dockerfile {model} --output DIR`'),
    IMAGE_WITHOUT_BATCH: row(501, EXIT.unsupported, 'Cannot run "{command}" in this image: it was made without --with batch', 'Make it again with what scores tables: `plimsoll package oci MODEL --with batch`'),
    IMAGE_COMPRESSOR: row(500, EXIT.refused, 'Refused to write layers with zlib {found}: zlib {wanted} gives the bytes that digests were pinned for', 'Run it with the Node that brings it: `npx --package node@{node} -- plimsoll package oci …`, on x64'),
    IMAGE_DOWNLOAD: row(502, EXIT.failed, 'Cannot fetch "{file}" from {from}: {reason}', 'Try again: what has arrived is kept. PLIMSOLL_DEBIAN_MIRROR and PLIMSOLL_NPM_REGISTRY name other mirrors; without a network, --base-archive DIR names a folder that holds the files'),
    IMAGE_ARCHIVE: row(422, EXIT.refused, 'Refused "{file}": its {algorithm} begins with {found}, {wanted} is pinned', 'A mirror or a folder holds another file under this name: fetch it from the original place'),
    IMAGE_LAYER: row(500, EXIT.refused, 'Refused the layer "{part}" that was made: it is {found}, {wanted} is pinned', 'The same files gave another archive: report this with the versions of Node and Plimsoll'),
    IMAGE_BUNDLE: row(422, EXIT.refused, 'Refused to make an image of {model}: its bundle "{path}" {reason}', 'Give the file again: `plimsoll push FILE --name {model}` proves it anew'),
  },
  // src/advise
  'Advice': {
    ADVICE_INVALID: row(422, EXIT.usage, 'Cannot advise by {what}: {problems}', 'Correct what is named above'),
  },
} as const satisfies ErrorAreas;
