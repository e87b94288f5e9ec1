"""
The data sets with labels that nannyml ships, as Parquet with one name for each role, and what nannyml estimates of each chunk
without labels: label_free.py FOLDER. Chunks are those of nannyml's own tutorials.
"""

import json
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml
import pandas as pd

warnings.filterwarnings("ignore")
DATA = os.path.join(os.path.dirname(nannyml.__file__), "datasets", "data")
FOLDER = sys.argv[1]
CARDS = ["prepaid_card", "highstreet_card", "upmarket_card"]
#: files, truth, answer, chances, chunk
SETS = {
    "california": ("california_housing", ("_analysis_gt", ".csv"), "clf_target", "y_pred", "y_pred_proba", "M"),
    "car_loan": ("synthetic_car_loan", ("_analysis_target", ".csv"), "repaid", "y_pred", "y_pred_proba", 5000),
    "employment_MA": ("employment_MA", ("_analysis_target", ".pq"), "employed", "prediction", "predicted_probability", 5000),
    "work_home": ("synthetic_sample", ("_analysis_gt", ".csv"), "work_home_actual", "y_pred", "y_pred_proba", 5000),
    "cards": ("mc", ("_analysis_gt", ".csv"), "y_true", "y_pred", {c: f"y_pred_proba_{c}" for c in CARDS}, 6000),
    "car_price": ("regression_synthetic", ("_analysis_targets", ".csv"), "y_true", "y_pred", None, 6000),
}
OURS = {"roc_auc": "auc", "accuracy": "accuracy", "mae": "mae", "rmse": "rmse"}


def read(name, ending):
    path = os.path.join(DATA, name + ending)
    return pd.read_csv(path) if ending == ".csv" else pd.read_parquet(path)


def chunks(frame, chunk):
    if chunk == "M":
        return frame["timestamp"].str[:7]
    # As nannyml: what is left over at the end is a chunk of its own.
    return pd.Series([str(i // chunk) for i in range(len(frame))], index=frame.index)


def estimator(truth, answer, chances, chunk, features):
    shape = {"chunk_period": "M", "timestamp_column_name": "timestamp"} if chunk == "M" else {"chunk_size": chunk}
    common = {"y_pred": answer, "y_true": truth, **shape}
    if chances is None:
        return nannyml.DLE(feature_column_names=features, metrics=["mae", "rmse"], **common)
    kind = "multiclass" if isinstance(chances, dict) else "binary"
    return nannyml.CBPE(
        y_pred_proba=chances, metrics=["roc_auc", "accuracy"], problem_type=f"classification_{kind}", **common
    )


plan = []
for name, (files, (targets, ending), truth, answer, chances, chunk) in SETS.items():
    reference = read(files + "_reference", ending)
    analysis = read(files + "_analysis", ending).merge(read(files + targets, ending), on="id")
    scores = {} if chances is None else chances if isinstance(chances, dict) else {"": chances}
    skipped = {truth, answer, "id", "timestamp", "period", "year", *scores.values()}
    features = [] if scores else [c for c in reference.columns if c not in skipped]
    theirs = estimator(truth, answer, chances, chunk, features)
    theirs.fit(reference)
    found = theirs.estimate(analysis).filter(period="analysis").to_df()
    frames = []
    for period, frame in (("reference", reference), ("analysis", analysis)):
        column = {"period": period, "chunk": chunks(frame, chunk), "truth": frame[truth], "answer": frame[answer]}
        column |= {f"chance {c}": frame[of] for c, of in scores.items()}
        column |= {f"input {f}": frame[f] for f in features}
        frames.append(pd.DataFrame(column))
    pd.concat(frames).to_parquet(os.path.join(FOLDER, f"{name}.parquet"))
    plan.append(
        {
            "name": name,
            "task": "regression" if chances is None else "multiclass" if isinstance(chances, dict) else "binary",
            "classes": list(scores) if isinstance(chances, dict) else [],
            "features": features,
            "metrics": {
                OURS[metric]: {
                    ours: found[(metric, column)].astype(float).tolist()
                    for ours, column in (
                        ("value", "value"),
                        ("lower", "lower_confidence_boundary"),
                        ("upper", "upper_confidence_boundary"),
                    )
                }
                for metric in (("mae", "rmse") if chances is None else ("roc_auc", "accuracy"))
            },
        }
    )
with open(os.path.join(FOLDER, "plan.json"), "w") as file:
    json.dump({"nannyml": nannyml.__version__, "sets": plan}, file)
