"""What Amazon's own SDK for Python makes of the requests that `package sagemaker` writes.

usage: boto.py ENDPOINT_URL REGION FOLDER VERBS...
Verbs: make, wait, ask=ROWS, target=VARIANT:ROWS, weights=V:W,V:W, remove. Prints one JSON document.
"""
import glob
import json
import os
import sys
import time

import boto3

url, region, folder = sys.argv[1:4]
client = lambda name: boto3.client(name, endpoint_url=url, region_name=region)
sagemaker, runtime, scaling, s3 = (client(n) for n in ("sagemaker", "sagemaker-runtime", "application-autoscaling", "s3"))
alarms = client("cloudwatch")
requests = [
    (os.path.basename(path).split("-")[1].split(".")[0], json.load(open(path)))
    for path in sorted(glob.glob(os.path.join(folder, "requests", "*.json")))
]
said = []


def put_object(spec):
    path = glob.glob(os.path.join(folder, "artifacts", "*", "model.tar.gz"))[0]
    with open(path, "rb") as body:
        s3.put_object(Bucket=spec["Bucket"], Key=spec["Key"], Body=body.read())


MAKE = {
    "S3Object": put_object,
    "Model": lambda spec: sagemaker.create_model(**spec),
    "EndpointConfig": lambda spec: sagemaker.create_endpoint_config(**spec),
    "Alarm": lambda spec: alarms.put_metric_alarm(**spec),
    "Endpoint": lambda spec: sagemaker.create_endpoint(**spec),
    "ScalableTarget": lambda spec: scaling.register_scalable_target(**spec),
    "ScalingPolicy": lambda spec: scaling.put_scaling_policy(**spec),
    "TransformJob": lambda spec: sagemaker.create_transform_job(**spec),
}
REMOVE = {
    "S3Object": lambda spec: s3.delete_object(Bucket=spec["Bucket"], Key=spec["Key"]),
    "Model": lambda spec: sagemaker.delete_model(ModelName=spec["ModelName"]),
    "EndpointConfig": lambda spec: sagemaker.delete_endpoint_config(EndpointConfigName=spec["EndpointConfigName"]),
    "Alarm": lambda spec: alarms.delete_alarms(AlarmNames=[spec["AlarmName"]]),
    "Endpoint": lambda spec: (sagemaker.delete_endpoint(EndpointName=spec["EndpointName"]), gone(spec["EndpointName"])),
    "ScalableTarget": lambda spec: scaling.deregister_scalable_target(
        **{key: spec[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    ),
    "ScalingPolicy": lambda spec: scaling.delete_scaling_policy(
        **{key: spec[key] for key in ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")}
    ),
    "TransformJob": lambda spec: None,
}
ENDPOINT = next((spec["EndpointName"] for kind, spec in requests if kind == "Endpoint"), None)


def settled():
    while True:
        seen = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
        if not seen["EndpointStatus"].endswith("ing"):
            return seen
        time.sleep(0.05)


def gone(name):
    while True:
        try:
            sagemaker.describe_endpoint(EndpointName=name)
        except sagemaker.exceptions.ClientError:
            return
        time.sleep(0.05)


def ask(rows, **more):
    answer = runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="application/json", Body=rows, **more)
    return {"body": json.loads(answer["Body"].read()), "variant": answer["InvokedProductionVariant"]}


for verb in sys.argv[4:]:
    name, _, value = verb.partition("=")
    if name == "make":
        for kind, spec in requests:
            if kind in ("ScalableTarget", "ScalingPolicy"):
                settled()
            MAKE[kind](spec)
            said.append(kind)
    elif name == "wait":
        said.append(settled()["EndpointStatus"])
    elif name == "ask":
        said.append(ask(value))
    elif name == "target":
        variant, _, rows = value.partition(":")
        said.append(ask(rows, TargetVariant=variant))
    elif name == "weights":
        pairs = [pair.split(":") for pair in value.split(",")]
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=ENDPOINT,
            DesiredWeightsAndCapacities=[{"VariantName": v, "DesiredWeight": float(w)} for v, w in pairs],
        )
        said.append([v["CurrentWeight"] for v in settled()["ProductionVariants"]])
    elif name == "remove":
        for kind, spec in reversed(requests):
            REMOVE[kind](spec)
        said.append("removed")
print(json.dumps(said))
