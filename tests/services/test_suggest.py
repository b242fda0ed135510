"""Suggestions for resources without a service: every one has its reason, and nothing is suggested out of thin air."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.engine.suggest import WORTH_SHOWING, Clues, Known, Suggestion, suggest

FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:checkout"
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:intake"


def clues(name: str, arn: str = "", **fields: object) -> Clues:
    return Clues(name, arn or f"arn:{name}", **fields)  # type: ignore[arg-type]


def known(*services: str, **resources: Clues) -> Known:
    return Known(services, {name.replace("_", "-"): [item] for name, item in resources.items()})


def best(stray: Clues, where: Known) -> Suggestion | None:
    return next(iter(suggest(stray, where)), None)


def names(stray: Clues, where: Known) -> list[str]:
    return [one.service for one in suggest(stray, where)]


def test_a_queue_that_a_function_reads_belongs_to_the_functions_service() -> None:
    function = clues("checkout", FUNCTION, points_at=frozenset({QUEUE}))
    found = best(clues("intake", QUEUE), known(checkout=function))
    assert found == Suggestion("checkout", 0.85, ("It is named by checkout.",))


def test_what_points_at_an_alias_points_at_the_function() -> None:
    stray = clues("rule", points_at=frozenset({f"{FUNCTION}:live"}))
    found = best(stray, known(checkout=clues("checkout", FUNCTION)))
    assert found is not None
    assert found.reasons == ("It points at checkout.",)


def test_an_alarm_is_suggested_by_its_dimension() -> None:
    alarm = clues("slow", names=frozenset({"checkout-fn"}))
    found = best(alarm, known(checkout=clues("checkout-fn")))
    assert found == Suggestion("checkout", 0.85, ("It names checkout-fn of checkout.",))


def test_a_name_that_two_services_use_points_at_neither() -> None:
    alarm = clues("slow", names=frozenset({"main"}))
    assert names(alarm, known(checkout=clues("main"), ledger=clues("main"))) == []


def test_the_same_name_is_a_stronger_hint_than_a_part_of_it() -> None:
    where = known("checkout", "checkout-web")
    found = suggest(clues("checkout-web"), where)
    assert [(one.service, one.score) for one in found] == [("checkout-web", 0.9), ("checkout", 0.6)]


def test_a_log_group_is_named_by_its_last_part() -> None:
    found = best(clues("/aws/lambda/checkout"), known("checkout"))
    assert found is not None
    assert found.reasons == ("It has the name of the service.",)


def test_a_word_that_many_services_share_says_little() -> None:
    few, many = known("payment-ledger"), known(*(f"payment-{letter * 3}" for letter in "abcdefgh"))
    assert names(clues("payment-export"), few) == []
    assert names(clues("ledger-payment"), few) == ["payment-ledger"]
    assert names(clues("payment-export"), many) == []


def test_words_of_the_trade_suggest_nobody() -> None:
    assert names(clues("old-backup-bucket-prod"), known("backup", "data-platform", "events")) == []


def test_a_stack_counts_less_the_more_services_share_it() -> None:
    one = known(checkout=clues("a", stack="shop"))
    two = known(checkout=clues("a", stack="shop"), ledger=clues("b", stack="shop"))
    stray = clues("zzz", stack="shop")
    assert [s.score for s in suggest(stray, one)] == [0.75]
    assert [s.score for s in suggest(stray, two)] == [0.38, 0.38]


def test_a_network_hints_only_where_one_service_uses_it() -> None:
    stray = clues("zzz", network="vpc-1")
    assert names(stray, known(checkout=clues("a", network="vpc-1"))) == ["checkout"]
    assert names(stray, known(checkout=clues("a", network="vpc-1"), ledger=clues("b", network="vpc-1"))) == []


def test_reasons_add_up_and_the_strongest_comes_first() -> None:
    function = clues("checkout", FUNCTION, points_at=frozenset({QUEUE}))
    found = best(clues("checkout-intake", QUEUE), known(checkout=function))
    assert found is not None
    assert found.score == 0.94
    assert found.reasons[0] == "It is named by checkout."
    assert len(found.reasons) == 2


def test_at_most_three_services_are_suggested() -> None:
    where = known("shop", "shop-a1", "shop-a1-b2", "shop-a1-b2-c3")
    assert names(clues("shop-a1-b2-c3-d4"), where) == ["shop", "shop-a1", "shop-a1-b2"]


def test_nothing_is_known_of_an_empty_catalog() -> None:
    assert suggest(clues("checkout"), Known((), {})) == []


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=20), max_size=6))
def test_any_name_gives_bounded_scores_with_reasons_in_a_stable_order(name: str, services: list[str]) -> None:
    where = Known(services, {})
    found = suggest(clues(name), where)
    assert found == suggest(clues(name), where)
    assert len(found) <= 3
    assert all(WORTH_SHOWING <= one.score <= 1 and one.reasons and one.service in services for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
