"""A setting of a function is lowered, so that slow calls fail or all become slow: shared by both faults of this kind.

Only $LATEST has settings that can change. Where all callers come by an alias of a published version, nothing would
happen, and the preview refuses.
"""

from __future__ import annotations

from functools import partial

from chaos.faults import callers, found
from chaos.faults.registry import ACCOUNT, REGION, Argument, Arguments, Fault, Preview
from portal.aws import event_sources, lambda_settings, settling
from portal.changes.kinds import Kind, Seen, Target
from services.models import Entity

UNITS = {"timeout": "s", "memory": "MB"}


def preview(setting: str, effect: str, service: Entity, arguments: Arguments) -> Preview:
    """What the setting is, what it becomes, and who would notice. Raises AwsError."""
    account, region, name = arguments["account"], arguments["region"], arguments["function"]
    where = {"account": account, "region": region, "function": name, "setting": setting}
    sentence = f"The {setting} of {name} becomes {arguments[setting]} {UNITS[setting]}: {effect}."
    if found.one(service, "aws.lambda", arguments, name=name) is None:
        return Preview(where, sentence, refusal=found.refusal(service, "function", name))
    now, wanted = lambda_settings.settings(account, region, name).value(setting), int(arguments[setting])
    aliases = lambda_settings.published(account, region, name)
    direct = any(not one.qualifier for one in event_sources.mappings(account, region, name))
    refusal = ""
    if wanted >= now:
        refusal = f"The {setting} of {name} is {now} {UNITS[setting]}: give less, or nothing would happen."
    elif aliases and not direct:
        refusal = f"{name} is called by {', '.join(aliases)}, and published versions keep their settings: nothing would happen."
    return Preview(
        target={**where, "value": wanted},
        sentence=sentence,
        rows=(
            (name, f"{setting} {now} {UNITS[setting]}"),
            *((one, "not affected") for one in aliases),
            *callers.rows(service),
        ),
        refusal=refusal,
        hit=1,
        total=1,
    )


def observe(target: Target) -> Seen:
    """The setting now. Raises AwsError; ValueError where it is as low already."""
    now = _read(target).value(target["setting"])
    if now <= target["value"]:
        raise ValueError(
            f"the {target['setting']} of {target['function']} is {now} already: undo the other change first"
        )
    return {"account": target["account"], "region": target["region"], "value": now}


def apply(target: Target) -> None:
    """Lower the setting."""
    _write(target, target["value"])
    settling.seen(lambda: verify_applied(target))


def undo(target: Target, before: Seen) -> None:
    """Put the setting back where it still is ours; what somebody else has set stays."""
    if _read(target).value(target["setting"]) == target["value"]:
        _write(target, before["value"])


def verify_applied(target: Target) -> bool:
    """Whether the function has the lowered setting, and AWS is through with it."""
    now = _read(target)
    return now.settled and now.value(target["setting"]) == target["value"]


def verify_undone(target: Target, before: Seen) -> bool:
    """Whether the lowered setting is gone, and AWS is through with it."""
    now = _read(target)
    return now.settled and now.value(target["setting"]) != target["value"]


def undoing(target: Target, before: Seen) -> bool:
    """Whether AWS is still applying an update."""
    return not _read(target).settled


def _read(target: Target) -> lambda_settings.Settings:
    return lambda_settings.settings(target["account"], target["region"], target["function"])


def _write(target: Target, value: int) -> None:
    where = (target["account"], target["region"], target["function"])
    lambda_settings.write(*where, target["setting"], value, _read(target).revision)


def kind(key: str, title: str) -> Kind:
    """The armed change of one setting; which one is in its target."""
    return Kind(key, title, observe, apply, undo, verify_applied, verify_undone, undoing)


def fault(key: str, title: str, description: str, effect: str, argument: Argument, order: int) -> Fault:
    """The fault that lowers the setting which `argument` is named after."""
    function = Argument("function", "Function", r"[A-Za-z0-9_-]{1,64}", "refunds")
    return Fault(
        key=key,
        title=title,
        description=description,
        kind=key,
        arguments=(ACCOUNT, REGION, function, argument),
        max_seconds=1800,
        preview=partial(preview, argument.key, effect),
        order=order,
    )
