"""Pages and REST of imports: who may do what, what they say, and that nothing that is sent breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from services.descriptors import LIMITS
from services.imports import cycles, locations, read_locations
from services.ingest import ingest
from services.models import Entity, Import, Location, Source
from services.storing import documents, write
from services.storing.history import Author

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
HEAD = "apiVersion: backstage.io/v1alpha1\n"
UPLOAD = "/api/v1/services/imports/"


def component(name: str, owner: str = "payments") -> str:
    return f"---\n{HEAD}kind: Component\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: {owner}}}\n"


def group(name: str, parent: str) -> str:
    return f"---\n{HEAD}kind: Group\nmetadata: {{name: {name}}}\nspec: {{type: team, children: [], parent: {parent}}}\n"


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client.force_login(user)
        return client

    return make


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Location:
    """A location with one good and one broken document."""
    settings.READING_FOLDERS = [f"team={tmp_path}"]
    (tmp_path / "all.yaml").write_text(component("checkout") + component("ledger"))
    found = locations.register("file", "team/all.yaml", by="mira").location
    read_locations.read_location(found)
    (tmp_path / "all.yaml").write_text(component("checkout", "5") + component("ledger"))
    Location.objects.update(next_at=timezone.now())
    found.refresh_from_db()
    read_locations.read_location(found)
    documents.refresh()
    return found


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_the_page_of_imports_shows_locations_and_problems(place: Location, signed_in: Any, vera: User) -> None:
    page = text(signed_in(vera).get("/services/imports/"))
    assert "1 problem in 2 reports" in page
    assert place.get_absolute_url() in page
    assert "spec.owner" in page
    assert "Register" not in page


def test_the_page_of_a_location_gives_the_verdict_and_each_file(place: Location, signed_in: Any, vera: User) -> None:
    page = text(signed_in(vera).get(place.get_absolute_url()))
    assert "1 problem in 1 file" in page
    assert "team/all.yaml" in page
    assert "ledger" not in page
    assert "ledger" in text(signed_in(vera).get(place.get_absolute_url() + "?show=all"))


def test_what_concerns_me_is_what_i_registered_or_my_team_owns(
    place: Location, signed_in: Any, mira: User, ana: User
) -> None:
    assert "spec.owner" in text(signed_in(mira).get("/services/imports/?show=mine"))
    assert "spec.owner" not in text(signed_in(ana).get("/services/imports/?show=mine"))


def test_the_number_of_queries_does_not_grow_with_locations(place: Location, signed_in: Any, vera: User) -> None:
    counts = []
    for target in ("one", "two", "three"):
        with CaptureQueriesContext(connection) as queries:
            signed_in(vera).get("/services/imports/")
        counts.append(len(queries))
        locations.register("file", f"team/{target}.yaml", by="mira")
    assert counts[1] == counts[2]


def test_the_page_of_an_entity_says_that_its_last_good_version_stays(
    place: Location, signed_in: Any, vera: User
) -> None:
    page = text(signed_in(vera).get("/services/component/default/checkout/"))
    assert "the last good version of" in page
    assert "Line 5" in page
    assert "spec.owner" in page
    assert "last good version" not in text(signed_in(vera).get("/services/component/default/ledger/"))


def test_the_page_of_an_entity_shows_who_else_claims_its_name(place: Location, signed_in: Any, vera: User) -> None:
    ingest(component("ledger").encode(), "other.yaml")
    assert "1 other source claims this name" in text(signed_in(vera).get("/services/component/default/ledger/"))


def test_an_editor_registers_reads_again_and_unregisters(
    place: Location, signed_in: Any, mira: User, jon: User
) -> None:
    client = signed_in(mira)
    answer = client.post("/services/imports/register/", {"type": "file", "target": "team/more.yaml"})
    more = Location.objects.get(target="team/more.yaml")
    assert answer.headers["Location"] == more.get_absolute_url()
    assert client.post(f"/services/imports/{place.pk}/refresh/").status_code == 302
    place.refresh_from_db()
    assert place.next_at <= timezone.now()
    assert signed_in(jon).post(f"/services/imports/{place.pk}/unregister/").status_code == 403
    assert signed_in(mira).post(f"/services/imports/{place.pk}/unregister/").status_code == 302
    assert not Location.objects.filter(pk=place.pk).exists()
    assert not Entity.objects.live().filter(name="ledger").exists()


@pytest.mark.parametrize(
    "target",
    [
        "",
        "ftp://x/y",
        "http://",
        "http://[",
        "http://a:b@example.com/",
        "http://exa mple.com/",
        "javascript:alert(1)",
        "http://x/\x00",
        "https://example.com/*.yaml",
    ],
)
def test_a_bad_target_is_refused_beside_its_field(signed_in: Any, mira: User, target: str) -> None:
    answer = signed_in(mira).post("/services/imports/register/", {"type": "url", "target": target})
    assert answer.status_code == 400
    assert b"field-error" in answer.content


@pytest.mark.parametrize("path", ["register/", "upload/"])
def test_a_viewer_may_not_register_or_upload(signed_in: Any, vera: User, path: str) -> None:
    assert signed_in(vera).post(f"/services/imports/{path}", {"type": "url", "target": "https://x"}).status_code == 403


def test_an_upload_is_checked_without_storing_and_then_stored(signed_in: Any, mira: User) -> None:
    client = signed_in(mira)
    body = {"text": component("gift-cards") + component("bad one")}
    page = text(client.post("/services/imports/upload/", body | {"check": "1"}))
    assert "nothing stored" in page
    assert Entity.objects.count() == Import.objects.count() == 0
    page = text(client.post("/services/imports/upload/", body))
    assert "1 problem." in page
    assert Entity.objects.get().source == "upload:mira/pasted.yaml"


def test_an_upload_stores_only_what_the_sender_may_edit(api: Api, mira: User, admin: User) -> None:
    api(admin).post(UPLOAD, {"content": component("taken", "search")})
    answer = api(mira).post(
        UPLOAD, {"content": component("mine") + component("theirs", "search") + component("taken"), "name": "a.yaml"}
    )
    assert answer.status_code == 200
    states = [(row["ref"], row["state"], row["field"]) for row in answer.json()["reports"]]
    assert states == [
        ("component:default/mine", "ok", ""),
        ("component:default/theirs", "error", "spec.owner"),
        ("component:default/taken", "error", "metadata.name"),
    ]
    assert (answer.json()["stored"], Entity.objects.get(name="mine").source) == (1, "upload:mira/a.yaml")


def test_an_upload_may_be_json_and_a_dry_run_writes_nothing(api: Api, mira: User) -> None:
    written = [
        json.loads(
            json.dumps(
                {
                    "apiVersion": "backstage.io/v1alpha1",
                    "kind": "Component",
                    "metadata": {"name": name},
                    "spec": {"type": "service", "lifecycle": "production", "owner": "payments"},
                }
            )
        )
        for name in ("a", "b c")
    ]
    answer = api(mira).post(UPLOAD, {"content": json.dumps(written, indent=1), "name": "x.json", "dry_run": True})
    rows = [(row["state"], row["line"]) for row in answer.json()["reports"]]
    assert rows == [("ok", 2), ("error", 18)]
    assert Entity.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    ["", "\0", "a: \0", "\ud800", '{"a": "\\ud800"}', "[" * 5000, '["', "- {", "x" * 2000, "&a [*a]", "a: &a 1\nb: *a", "!!python/name:os.system x",
     component("x").replace("payments", '"\\ud800"'), component("x").replace("payments", '"\\0"'), component("x").replace("name: x", "name: [x]"),
     '{"apiVersion": "a/v1", "kind": "Q", "metadata": {"name": "x"}, "spec": {"n": 1e999}}', '{"metadata": NaN}', '[{"kind": 1}, ', '{"a":1,"a":2}'],
)  # fmt: skip
def test_nothing_that_is_uploaded_breaks_the_portal(api: Api, admin: User, content: str) -> None:
    body = json.dumps({"content": content})
    answer = api(admin).post(UPLOAD, body, content_type="application/json")
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert all(row["reason"] and row["remedy"] for row in answer.json()["reports"] if row["state"] == "error")
    assert Entity.objects.count() == 0


def test_a_text_over_one_megabyte_is_refused_by_page_and_rest(api: Api, admin: User, signed_in: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    assert api(admin).post(UPLOAD, {"content": "a" * (LIMITS.bytes + 1)}).status_code == 400
    big = SimpleUploadedFile("big.yaml", b"a: 1\n" * (LIMITS.bytes // 4))
    assert "larger than 1 MiB" in text(signed_in(admin).post("/services/imports/upload/", {"file": big}))


def test_a_removed_entity_says_what_it_was_why_it_went_and_how_it_comes_back(
    place: Location, signed_in: Any, vera: User, mira: User
) -> None:
    write.remove([Entity.objects.get(name="ledger")], Author("mira", "team/all.yaml", "It was merged into checkout."))
    answer = signed_in(vera).get("/services/component/default/ledger/")
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 410
    assert "It was merged into checkout." in page
    assert "removed" in page
    assert "Bring it back" not in page
    assert b"Bring it back" in signed_in(mira).get("/services/component/default/Ledger/").content
    assert signed_in(vera).get("/services/component/default/never/").status_code == 404


def test_groups_that_stand_above_themselves_are_warned_of_and_their_pages_end(signed_in: Any, vera: User) -> None:
    ingest((group("a", "b") + group("b", "c") + group("c", "a") + group("d", "a")).encode(), "teams.yaml")
    assert cycles.report() == 3
    rows = Import.objects.filter(state="warning")
    assert {row.ref for row in rows} == {"group:default/a", "group:default/b", "group:default/c"}
    assert all(row.field == "spec.parent" and row.remedy and row.document for row in rows)
    for name in "abcd":
        assert ("stands above itself" in text(signed_in(vera).get(f"/services/group/default/{name}/"))) is (name != "d")
    ingest((group("a", "b") + group("b", "c") + group("c", "d")).encode(), "teams.yaml")
    assert cycles.report() == 0
    assert not Import.objects.filter(state="warning").exists()


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"x": ["b"], "b": ["c"], "c": ["b"], "a": ["b"]}, [["b", "c"]]),
        ({str(n): [str(n + 1)] for n in range(5000)}, []),
    ],
)
def test_each_cycle_is_found_once(parents: dict[str, list[str]], expected: list[list[str]]) -> None:
    assert cycles.cycles(parents) == expected


def test_a_file_that_was_read_by_hand_is_listed(signed_in: Any, vera: User) -> None:
    ingest(component("x").encode(), "by/hand.yaml")
    assert Source.objects.get().location is None
    assert "by/hand.yaml" in text(signed_in(vera).get("/services/imports/"))
