"""Google's SDK for Python, as its users call it, against the fake: upload, deploy, canary, rollback, batch, take away."""

import json
import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform

URL, ROWS, FIRST, SECOND = sys.argv[1:5]
aiplatform.init(
    project="acme-ml",
    location="europe-west4",
    credentials=AnonymousCredentials(),
    api_endpoint=URL,
    api_transport="rest",
)


def upload(name, image):
    return aiplatform.Model.upload(
        display_name=name,
        serving_container_image_uri=image,
        serving_container_predict_route="/vertex/predict",
        serving_container_health_route="/vertex/health",
        labels={"team": "churn"},
    )


first, second = upload("first", FIRST), upload("second", SECOND)
endpoint = aiplatform.Endpoint.create(display_name="churn")
said = {}
first.deploy(endpoint=endpoint, machine_type="n1-standard-2", traffic_percentage=100)
said["predictions"] = endpoint.predict(instances=json.loads(ROWS)).predictions
second.deploy(endpoint=endpoint, machine_type="n1-standard-2", traffic_percentage=10)
said["canary"] = sorted(endpoint.traffic_split.values())
by_model = {one.model.split("@")[0]: one.id for one in endpoint.list_models()}
endpoint.update(traffic_split={by_model[first.resource_name]: 100})
said["rolled back"] = endpoint.traffic_split == {by_model[first.resource_name]: 100}
said["listed"] = sorted(one.display_name for one in aiplatform.Model.list(filter='labels.team="churn"'))
job = first.batch_predict(
    job_display_name="nightly",
    gcs_source="gs://bucket/in.jsonl",
    gcs_destination_prefix="gs://bucket/out",
    machine_type="n1-standard-2",
)
said["batch"] = job.state.name
job.delete()
endpoint.undeploy_all()
endpoint.delete()
for model in (first, second):
    model.delete()
said["left"] = len(aiplatform.Model.list()) + len(aiplatform.Endpoint.list())
print(json.dumps(said))
