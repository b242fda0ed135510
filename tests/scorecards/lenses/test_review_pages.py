"""Pages of lenses and reviews: who may do what, that nothing breaks, and that lists cost a constant number of queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, milestones, pdf, standing
from scorecards.models import Answer, Lens, Review
from services.models import Entity
from tests.scorecards.lenses.conftest import prove

pytestmark = pytest.mark.django_db
Browse = Callable[..., Client]
LENSES, REVIEWS = "/scorecards/lenses/", "/scorecards/reviews/"


def upload(content: bytes, **more: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("lens.json", content), **more}


def test_an_admin_imports_and_publishes(browse: Browse, admin: Any, document: dict[str, Any]) -> None:
    client = browse(admin)
    assert client.post(LENSES, upload(json.dumps(document).encode())).status_code == 302
    page = client.get(f"{LENSES}small-lens/").content.decode()
    assert "Draft" in page
    assert client.post(f"{LENSES}small-lens/1/publish/").status_code == 302
    assert "Published" in client.get(f"{LENSES}small-lens/").content.decode()
    file = client.get(f"{LENSES}small-lens/1/export.json")
    assert json.loads(file.content) == document
    assert file["Content-Disposition"] == 'attachment; filename="small-lens-1.json"'


def test_others_may_read_and_export_but_not_import_or_publish(
    browse: Browse, mira: Any, document: dict[str, Any]
) -> None:
    library.import_lens(json.dumps(document), "admin")
    client = browse(mira)
    assert client.post(LENSES, upload(json.dumps(document).encode())).status_code == 403
    assert client.post(f"{LENSES}small-lens/1/publish/").status_code == 403
    for page in (LENSES, f"{LENSES}small-lens/", f"{LENSES}small-lens/1/export.json"):
        assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b" " * 500_001, "at most 500,000"),
        (b'{"schemaVersion": "2021-11-01", "name": 7}', "7 is not a text"),
        (b"[" * 50_000, "nested deeper than 32"),
    ],
)
def test_a_bad_file_is_told_and_nothing_is_kept(browse: Browse, admin: Any, content: bytes, says: str) -> None:
    answer = browse(admin).post(LENSES, upload(content))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Lens.objects.exists()


def test_an_unknown_lens_version_or_review_is_not_found(browse: Browse, vera: Any, small: Any) -> None:
    client = browse(vera)
    for page in (
        f"{LENSES}other/", f"{LENSES}small-lens/?version=9", f"{LENSES}small-lens/9/export.json", f"{REVIEWS}7/",
        f"{REVIEWS}99999999999999999999/", f"{REVIEWS}new/group/default/payments/", f"{REVIEWS}7/report.pdf",
    ):  # fmt: skip
        assert client.get(page).status_code == 404, page


def test_an_editor_of_the_team_begins_a_review(
    browse: Browse, mira: Any, jon: Any, small: Any, service: Callable[..., Entity]
) -> None:
    service("checkout")
    begin = f"{REVIEWS}new/component/default/checkout/"
    assert browse(jon).get(begin).status_code == 403
    assert browse(mira).get(begin).status_code == 200
    assert browse(mira).post(begin, {"lens": "nonsense"}).status_code == 422
    made = browse(mira).post(begin, {"lens": "small-lens"})
    assert made["Location"] == Review.objects.get().get_absolute_url()
    assert browse(mira).post(begin, {"lens": "small-lens"}).status_code == 422


def test_every_page_of_a_review_is_there_for_a_viewer(linked: None, browse: Browse, vera: Any, review: Review) -> None:
    prove(review.entity, "x.taken")
    milestones.take(review, "First", _user("mira"))
    client = browse(vera)
    base = review.get_absolute_url()
    for part in ("", "pillars/reliability/", "plan/", "report/", "compare/?from=1"):
        page = client.get(base + part)
        assert page.status_code == 200, part
        assert "style=" not in page.content.decode(), part
    assert client.get(f"{base}pillars/security/").status_code == 404
    assert client.get(f"{base}compare/").status_code == 404
    assert "How do you know that a restore works?" in client.get(f"{base}report/").content.decode()
    tab = client.get("/services/component/default/checkout/review/").content.decode()
    assert "Risks" in tab or "risk" in tab


def _user(name: str) -> Any:
    from django.contrib.auth.models import User

    return User.objects.get(username=name)


@pytest.mark.parametrize(
    "part",
    ["answers/rel_backup/", "milestones/", "upgrade/", "aws/", "aws/sync/", "aws/unlink/", "aws/conflicts/rel_backup/"],
)
def test_only_editors_of_the_team_write(browse: Browse, jon: Any, vera: Any, review: Review, part: str) -> None:
    for who in (jon, vera):
        assert browse(who).post(review.get_absolute_url() + part).status_code == 403
    assert browse(vera).get(review.get_absolute_url() + part).status_code == 405
    assert not Answer.objects.exists()


def test_an_answer_is_saved_by_itself(browse: Browse, mira: Any, review: Review) -> None:
    form = {"selected": ["backup_taken", "backup_restored"], "notes": "yes", "revision": "0"}
    address = f"{review.get_absolute_url()}answers/rel_backup/"
    saved = browse(mira).post(address, form, headers={"HX-Request": "true"})
    assert (saved.status_code, "Saved" in saved.content.decode()) == (200, True)
    assert 'name="revision" value="1"' in saved.content.decode()
    old = browse(mira).post(address, form, headers={"HX-Request": "true"})
    assert old.status_code == 422
    assert "has changed this answer" in old.content.decode()
    plain = browse(mira).post(address, {"selected": ["backup_no"], "revision": "1"})
    assert plain["Location"].endswith("/pillars/reliability/#rel_backup")
    assert Answer.objects.get().selected == ["backup_no"]


def test_a_wrong_answer_is_told_where_it_was_given(browse: Browse, mira: Any, review: Review) -> None:
    address = f"{review.get_absolute_url()}answers/rel_backup/"
    refused = browse(mira).post(address, {"not_applicable": "yes"}, headers={"HX-Request": "true"})
    assert (refused.status_code, "Say why the question does not apply." in refused.content.decode()) == (422, True)
    assert browse(mira).post(f"{review.get_absolute_url()}answers/nonsense/").status_code == 302


def test_a_person_may_follow_the_evidence(linked: None, browse: Browse, mira: Any, review: Review) -> None:
    answering.answer(review, "rel_backup", Said(("backup_no",)), mira)
    prove(review.entity, "x.taken")
    page = browse(mira).get(f"{review.get_absolute_url()}pillars/reliability/").content.decode()
    assert "Evidence says otherwise." in page
    browse(mira).post(f"{review.get_absolute_url()}answers/rel_backup/", {"do": "evidence", "revision": "1"})
    assert Answer.objects.get().selected == ["backup_taken"]


def test_what_people_write_is_never_markup(browse: Browse, mira: Any, review: Review) -> None:
    answering.answer(review, "rel_backup", Said(("backup_taken",), notes="<script>alert(1)</script>"), mira)
    for part in ("pillars/reliability/", "report/"):
        assert "<script>alert(1)" not in browse(mira).get(review.get_absolute_url() + part).content.decode()


def test_the_pdf_takes_any_text(browse: Browse, vera: Any, mira: Any, review: Review) -> None:
    notes = "<b>Überprüft</b> & geprüft: проверено 検証済み \u202f" + "w" * 1500
    answering.answer(review, "rel_backup", Said(("backup_taken",), notes=notes), mira)
    file = browse(vera).get(f"{review.get_absolute_url()}report.pdf")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert file["Content-Disposition"] == 'attachment; filename="review-checkout-small-lens.pdf"'


def test_the_pdf_of_our_lens_has_several_pages(service: Callable[..., Entity], mira: Any) -> None:
    review = answering.start(service("ledger"), library.keep_own_lens().lens, mira)
    content = pdf.report(review, standing.of_review(review))
    assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= 2


def test_a_list_of_reviews_costs_the_same_for_many(
    browse: Browse, vera: Any, small: Any, service: Callable[..., Entity], mira: Any, django_assert_max_num_queries: Any
) -> None:
    client = browse(vera)
    for number in range(24):
        answering.start(service(f"service-{number}"), small.lens, mira)
    with django_assert_max_num_queries(14):
        page = client.get(REVIEWS)
    assert page.status_code == 200
    assert "24 Well-Architected reviews" in page.content.decode()
    lines = b"".join(client.get(f"{REVIEWS}export.csv?team=payments").streaming_content).decode().splitlines()
    assert len(lines) == 25
    assert lines[1].startswith("component:default/service-23,group:default/payments,small-lens,0,0,0,1,0,")
    found = client.get(f"{REVIEWS}?team=search").content.decode()
    assert "No review answers to this filter." in found


def test_the_page_of_a_pillar_costs_a_constant_number_of_queries(
    browse: Browse, vera: Any, mira: Any, service: Callable[..., Entity], django_assert_max_num_queries: Any
) -> None:
    review = answering.start(service("ledger"), library.keep_own_lens().lens, mira)
    client = browse(vera)
    with django_assert_max_num_queries(14):
        assert client.get(f"{review.get_absolute_url()}pillars/security/").status_code == 200
