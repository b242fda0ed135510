"""Lambda aliases with the checks of AWS (existing versions, weights from 0 to 1, the optimistic lock by RevisionId), and
dead letters, which moto drops.
"""

from __future__ import annotations

import uuid
from typing import Any

from portal.sandbox.backends import lambda_backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _name(params: dict[str, Any]) -> str:
    """Function name without ARN parts and qualifier."""
    return str(params["FunctionName"]).split(":function:")[-1].split(":")[0]


def _check(params: dict[str, Any], context: Context, primary: str) -> None:
    """Refuse unknown versions and impossible weights."""
    extra = (params.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    known = lambda_backend(context.account, context.region)._lambdas._functions.get(_name(params), {"versions": []})
    versions = {str(one.version) for one in known["versions"]}
    for version in {primary, *extra} - {"$LATEST"}:
        if version not in versions:
            raise Refused(
                "ResourceNotFoundException", f"Function not found: {context.arn(f'function:{_name(params)}')}:{version}"
            )
    if len(extra) > 1 or any(not 0 <= float(weight) <= 1 for weight in extra.values()):
        raise Refused(
            "InvalidParameterValueException", "An alias takes one additional version with a weight from 0.0 to 1.0."
        )
    if extra and (primary in extra or primary == "$LATEST"):
        raise Refused(
            "InvalidParameterValueException",
            "The additional version must differ from the alias's version, which must be published.",
        )


@handles("lambda", "CreateAlias")
def create_alias(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Create an alias for a version that exists."""
    _check(params, context, str(params["FunctionVersion"]))
    return context.forward()


@handles("lambda", "UpdateAlias")
def update_alias(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Change version or weights; a stale RevisionId is refused, and every change gets a new one."""
    alias = lambda_backend(context.account, context.region).get_alias(params["Name"], _name(params))
    if params.get("RevisionId") not in (None, alias.revision_id):
        raise Refused(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest one; read the alias again.",
        )
    _check(params, context, str(params.get("FunctionVersion") or alias.function_version))
    answer = context.forward()
    alias.revision_id = str(uuid.uuid4())
    return {**answer, "RevisionId": alias.revision_id}


def _with_dead_letters(state: State, context: Context, function: dict[str, Any]) -> dict[str, Any]:
    target = state.topic("lambda.dead-letters", context.account, context.region).get(function["FunctionName"])
    return {**function, "DeadLetterConfig": {"TargetArn": target}} if target else function


@handles("lambda", "CreateFunction", "UpdateFunctionConfiguration")
def write_function(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Let moto write the function, and remember where its dead letters go; an empty target takes them away."""
    answer = context.forward()
    kept = state.topic("lambda.dead-letters", context.account, context.region)
    if context.operation == "CreateFunction" or "DeadLetterConfig" in params:
        kept[answer["FunctionName"]] = (params.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    return _with_dead_letters(state, context, answer)


@handles("lambda", "ListFunctions")
def list_functions(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's functions, with their dead letters."""
    answer = context.forward()
    return {**answer, "Functions": [_with_dead_letters(state, context, one) for one in answer["Functions"]]}


@handles("lambda", "GetFunctionConfiguration")
def get_function_configuration(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's function, with its dead letters."""
    return _with_dead_letters(state, context, context.forward())


@handles("lambda", "ListFunctionUrlConfigs")
def list_function_url_configs(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The address of a function, where it has one; moto keeps one for each function."""
    name = _name(params)
    function = lambda_backend(context.account, context.region).get_function(name)
    if function.url_config is None:
        return {"FunctionUrlConfigs": []}
    known = {key: value for key, value in function.url_config.to_dict().items() if value is not None}
    return {"FunctionUrlConfigs": [{**known, "InvokeMode": known["InvokeMode"].upper()}]}
