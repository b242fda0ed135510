"""The IAM action behind a refused call, so that people know exactly what to allow."""

from __future__ import annotations

import re

# AWS names the action itself in most refusals: "… is not authorized to perform: lambda:ListAliases on resource …".
_SAID = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)")
# Where the operation and its IAM action have different names (AWS Service Authorization Reference).
_DIFFERENT = {
    ("budgets", "DescribeBudgets"): "budgets:ViewBudget",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
}


def iam_action(action: str, operation: str, message: str) -> str:
    """The action to allow: what AWS said, else `operation` with the prefix of the intended `action`.

    An action without a prefix ("assume role") is no IAM action and stays as it is.
    """
    said = _SAID.search(message)
    if said:
        return said[1]
    prefix, colon, _ = action.partition(":")
    if not colon or not operation or prefix == "apigateway":
        return action
    return _DIFFERENT.get((prefix, operation), f"{prefix}:{operation}")
