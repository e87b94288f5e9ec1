"""Google's own Python client against the fake: deploy, canary by weights, rollback, destroy. Prints one JSON document."""

import json
import sys

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform_v1 as vertex
from google.protobuf import field_mask_pb2, json_format
from google.protobuf.struct_pb2 import Value

URL, ROWS, FIRST, SECOND = sys.argv[1:5]
PARENT = "projects/acme-ml/locations/europe-west4"


def client(kind):
    return kind(credentials=AnonymousCredentials(), transport="rest", client_options={"api_endpoint": URL})


models, endpoints, predictions = (
    client(kind)
    for kind in (vertex.ModelServiceClient, vertex.EndpointServiceClient, vertex.PredictionServiceClient)
)
said = {"refused": {}}


def refused(name, call):
    try:
        call()
        said["refused"][name] = "accepted"
    except exceptions.GoogleAPICallError as error:
        said["refused"][name] = type(error).__name__


def upload(model_id, image):
    model = vertex.Model(
        display_name=model_id,
        container_spec=vertex.ModelContainerSpec(
            image_uri=image,
            predict_route="/vertex/predict",
            health_route="/vertex/health",
            ports=[vertex.Port(container_port=8080)],
        ),
    )
    request = vertex.UploadModelRequest(parent=PARENT, model_id=model_id, model=model)
    return models.upload_model(request).result(timeout=60).model


def deploy(endpoint, model, deployed_id, split):
    machines = vertex.DedicatedResources(
        machine_spec=vertex.MachineSpec(machine_type="n1-standard-2"), min_replica_count=1
    )
    deployed = vertex.DeployedModel(id=deployed_id, model=model, dedicated_resources=machines)
    operation = endpoints.deploy_model(endpoint=endpoint, deployed_model=deployed, traffic_split=split)
    return operation.result(timeout=120).deployed_model.id


def split_to(endpoint, split):
    current = endpoints.get_endpoint(name=endpoint)
    current.traffic_split.clear()
    current.traffic_split.update(split)
    mask = field_mask_pb2.FieldMask(paths=["traffic_split"])
    return dict(endpoints.update_endpoint(endpoint=current, update_mask=mask).traffic_split)


def ask(endpoint, times):
    instances = [json_format.ParseDict(row, Value()) for row in json.loads(ROWS)]
    answers = [predictions.predict(endpoint=endpoint, instances=instances) for _ in range(times)]
    by = {}
    for answer in answers:
        by[answer.deployed_model_id] = by.get(answer.deployed_model_id, 0) + 1
    return list(answers[0].predictions), by


first = upload("first", FIRST)
second = upload("second", SECOND)
refused("upload again", lambda: upload("first", FIRST))
created = endpoints.create_endpoint(
    parent=PARENT, endpoint=vertex.Endpoint(display_name="churn"), endpoint_id="churn"
)
endpoint = created.result(timeout=60).name
refused("a split of 90", lambda: deploy(endpoint, first, "1", {"0": 90}))
deploy(endpoint, first, "1", {"0": 100})
said["predictions"], said["first"] = ask(endpoint, 3)
deploy(endpoint, second, "2", {"0": 30, "1": 70})
_, said["canary"] = ask(endpoint, 100)
refused("undeploy with traffic", lambda: endpoints.undeploy_model(endpoint=endpoint, deployed_model_id="2"))
refused("a model that is deployed", lambda: models.delete_model(name=second))
said["rolled back"] = split_to(endpoint, {"1": 100})
_, said["after"] = ask(endpoint, 20)
endpoints.undeploy_model(endpoint=endpoint, deployed_model_id="2").result(timeout=60)
refused("an endpoint with models", lambda: endpoints.delete_endpoint(name=endpoint))
endpoints.undeploy_model(endpoint=endpoint, deployed_model_id="1").result(timeout=60)
endpoints.delete_endpoint(name=endpoint).result(timeout=60)
for model in (first, second):
    models.delete_model(name=model).result(timeout=60)
said["left"] = len(list(models.list_models(parent=PARENT))) + len(list(endpoints.list_endpoints(parent=PARENT)))
print(json.dumps(said))
