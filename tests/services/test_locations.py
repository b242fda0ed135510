"""Registered locations: read in the background, kept while they are read badly, taken out when they are gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal.jobs.context import JobContext
from portal.jobs.models import RUNNING, Run
from services.descriptors import Problem, Taken, Unknown
from services.imports import locations, read_due, read_locations
from services.models import Document, Entity, EntityVersion, Import, Location, Source
from services.models.sources import ERRORS, FAILING, GONE, OK
from services.storing import documents

pytestmark = pytest.mark.django_db


def component(name: str, owner: str = "payments", extra: str = "") -> str:
    return (
        f"---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n"
        f"spec: {{type: service, lifecycle: production, owner: {owner}{extra}}}\n"
    )


def location(name: str, *targets: str, extra: str = "") -> str:
    listed = ", ".join(f'"{target}"' for target in targets)
    return (
        f"---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: {name}}}\n"
        f"spec: {{targets: [{listed}]{extra}}}\n"
    )


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An allowed folder that is named `team`."""
    settings.READING_FOLDERS = [f"team={tmp_path}"]
    return tmp_path


def registered(target: str = "team/all.yaml", kind: str = "file", **options: Any) -> Location:
    return locations.register(kind, target, by="mira", **options).location


def read(place: Location) -> Location:
    """Read it now, whatever its pause."""
    Location.objects.filter(pk=place.pk).update(next_at=timezone.now())
    Source.objects.filter(location=place).update(next_at=None)
    place.refresh_from_db()
    assert read_locations.read_location(place) is not None
    documents.refresh()
    place.refresh_from_db()
    return place


def names() -> set[str]:
    return set(Entity.objects.live().exclude(kind="location").values_list("name", flat=True))


def test_a_location_is_registered_with_an_entity_and_a_run(folder: Path) -> None:
    found = locations.register("file", "team/all.yaml", by="mira")
    assert not found.exists
    assert Entity.objects.by_ref(found.location.entity_ref).get().spec["target"] == "team/all.yaml"
    assert Run.objects.filter(job=locations.JOB).count() == 1
    again = locations.register("file", "team/all.yaml", by="jon")
    assert (again.exists, again.location.pk, Location.objects.count()) == (True, found.location.pk, 1)


def test_targets_and_patterns_lead_from_file_to_file(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "./teams/*.yaml", "one.yaml"))
    (folder / "teams").mkdir()
    (folder / "teams" / "a.yaml").write_text(component("a"))
    (folder / "teams" / "b.yaml").write_text(component("b") + location("back", "../all.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    place = read(registered())
    assert (place.state, place.failures, names()) == (OK, 0, {"a", "b", "one"})
    assert place.next_at > timezone.now()


def test_a_bad_target_does_not_stop_the_others(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml", "../secret.yaml", "missing.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    place = read(registered())
    assert names() == {"one"}
    assert place.state == GONE
    rows = {(row.source, row.field, row.reason) for row in Import.objects.filter(state="error")}
    assert ("team/missing.yaml", "", "There is no such file.") in rows
    assert any("secret" in source for source, _, _ in rows)


@pytest.mark.parametrize(
    "target", ["../x.yaml", "/etc/passwd", "other/x.yaml", "team/../../etc/passwd", "x.yaml", "", "a\nb"]
)
def test_a_file_outside_the_folders_is_not_registered(folder: Path, target: str) -> None:
    with pytest.raises(Problem) as caught:
        locations.register("file", target, by="mira")
    assert (caught.value.field, bool(caught.value.remedy)) == ("target", True)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: Any) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text(component("secret"))
    (folder / "all.yaml").symlink_to(outside)
    with pytest.raises(Problem, match="leads out of its folder"):
        registered()


def test_what_is_unreadable_keeps_its_last_good_version_and_pauses_longer_each_time(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    place = read(registered())
    (folder / "all.yaml").unlink()
    (folder / "all.yaml").mkdir()
    waits = []
    for _ in range(4):
        place = read(place)
        waits.append(round((place.next_at - timezone.now()) / timedelta(minutes=10)))
    assert (waits, place.state, place.failures) == ([1, 2, 4, 8], FAILING, 4)
    assert names() == {"one"}
    assert place.error == "It is a folder."


def test_a_file_that_is_gone_takes_its_entities_along_after_three_tries(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "*.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    place = read(registered())
    (folder / "one.yaml").unlink()
    for _ in range(2):
        place = read(place)
        assert (names(), place.state) == ({"one"}, GONE)
    place = read(place)
    assert names() == set()
    gone = Entity.objects.get(name="one")
    assert "is gone" in gone.removed_why
    assert gone.versions.first().change == "removed"  # type: ignore[union-attr]
    (folder / "one.yaml").write_text(component("one"))
    place = read(place)
    assert (names(), place.state) == ({"one"}, OK)
    assert EntityVersion.objects.filter(entity=gone, change="restored").exists()


def test_a_file_that_nothing_names_any_longer_goes_at_once(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml", "two.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    (folder / "two.yaml").write_text(component("two"))
    place = read(registered())
    (folder / "all.yaml").write_text(location("all", "two.yaml"))
    read(place)
    assert names() == {"two"}
    assert not Source.objects.filter(name="team/one.yaml").exists()


def test_a_broken_location_keeps_the_targets_of_its_last_good_version(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    place = read(registered())
    (folder / "all.yaml").write_text("kind: {\n")
    place = read(place)
    assert (names(), place.state) == ({"one"}, ERRORS)


def test_the_finished_document_of_a_known_entity_tells_of_its_error_until_it_is_mended(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one") + component("two"))
    place = read(registered())
    (folder / "all.yaml").write_text(component("one", owner="5") + component("two"))
    read(place)
    text = Document.objects.get(entity__name="one").text
    assert '"type":"backstage.io/catalog-processing","level":"error"' in text
    assert "line 5, " not in text
    assert "spec.owner" in text
    assert "status" not in Document.objects.get(entity__name="two").text
    (folder / "all.yaml").write_text(component("one") + component("two"))
    read(place)
    assert "status" not in Document.objects.get(entity__name="one").text


def test_the_second_source_of_a_name_sees_who_has_it(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    (folder / "other.yaml").write_text(component("one"))
    read(registered())
    place = read(registered("team/other.yaml"))
    assert place.state == ERRORS
    row = Import.objects.get(source="team/other.yaml")
    assert (row.ref, row.reason) == ("component:default/one", "component:default/one already comes from team/all.yaml.")


def test_the_name_is_free_for_the_second_source_once_the_first_lets_go(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    (folder / "other.yaml").write_text(component("one", owner="search"))
    first = read(registered())
    second = read(registered("team/other.yaml"))
    assert locations.unregister(first, "mira") == 2
    read(second)
    assert Entity.objects.by_ref("component:default/one").get().owner_ref == "group:default/search"


def test_unregistering_takes_out_only_what_no_other_location_has(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml", "two.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    (folder / "two.yaml").write_text(component("two"))
    first = read(registered())
    second = read(registered("team/two.yaml"))
    two = Document.objects.get(entity__name="two")
    assert '"backstage.io/managed-by-origin-location":"file:team/all.yaml"' in two.text
    locations.unregister(first, "mira")
    assert names() == {"two"}
    two.refresh_from_db()
    assert (
        '"backstage.io/managed-by-origin-location":"file:team/two.yaml"'
        in Document.objects.get(entity__name="two").text
    )
    assert [place.pk for place in locations.behind(Entity.objects.get(name="two"))] == [second.pk]


def test_ancestry_leads_up_to_the_registered_location(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    place = read(registered())
    found = locations.ancestry(Entity.objects.get(name="one"))
    assert [(document["metadata"]["name"], parents) for document, parents in found] == [
        ("one", ["location:default/all"]),
        ("all", [place.entity_ref]),
        (place.entity_ref.partition("/")[2], []),
    ]


def test_a_location_can_be_pointed_elsewhere_and_keeps_its_entity(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    (folder / "other.yaml").write_text(component("two"))
    place = read(registered())
    moved = locations.update(place, "file", "team/other.yaml", "mira")
    assert moved.entity_ref == place.entity_ref
    read(moved)
    assert names() == {"two"}
    registered("team/all.yaml")
    with pytest.raises(Taken):
        locations.update(moved, "file", "team/all.yaml", "mira")


def test_refresh_makes_the_locations_of_an_entity_due_and_knows_no_strangers(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    place = read(registered())
    assert [found.pk for found in locations.refresh("component:default/one", "mira")] == [place.pk]
    place.refresh_from_db()
    assert place.next_at <= timezone.now()
    with pytest.raises(Unknown):
        locations.refresh("component:default/none", "mira")


def test_a_dry_run_reads_everything_and_writes_nothing(folder: Path) -> None:
    (folder / "all.yaml").write_text(location("all", "one.yaml"))
    (folder / "one.yaml").write_text(component("one"))
    found = locations.register("file", "team/all.yaml", by="mira", dry_run=True)
    assert [document["metadata"]["name"] for document in found.entities] == ["all", "one"]
    assert (
        found.entities[1]["metadata"]["annotations"]["backstage.io/managed-by-origin-location"] == "file:team/all.yaml"
    )
    assert (Location.objects.count(), Entity.objects.count(), found.exists) == (0, 0, False)
    (folder / "one.yaml").write_text(component("no good"))
    with pytest.raises(Problem, match=r"one.yaml, line 4, metadata.name: It is missing or malformed"):
        locations.register("file", "team/all.yaml", by="mira", dry_run=True)


def test_a_location_that_is_not_due_or_is_being_read_is_left_alone(folder: Path) -> None:
    (folder / "all.yaml").write_text(component("one"))
    place = registered()
    twin = Location.objects.get(pk=place.pk)
    assert read_locations.read_location(place) is not None
    assert read_locations.read_location(twin) is None
    place.refresh_from_db()
    assert read_locations.read_location(place) is None


def test_an_optional_location_may_be_missing(folder: Path) -> None:
    place = read(registered(presence="optional"))
    assert (place.state, Import.objects.count()) == (OK, 0)


class Git(BaseHTTPRequestHandler):
    """Answers what the test has put into `answers`: (status, body, headers) by path; keeps what it was asked."""

    answers: dict[str, tuple[int, str, dict[str, str]]] = {}
    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        status, body, headers = self.answers.get(self.path, (404, "", {}))
        known = self.headers.get("If-None-Match", "")
        self.asked.append((self.path, known))
        if known and known == headers.get("ETag"):
            status, body = 304, ""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def git(settings: Any) -> Iterator[Callable[..., str]]:
    """Put a file on a host that may be read: git("/a.yaml", text, status=200, ETag="x") → its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Git)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings.READING_ALLOW = [host]
    Git.answers, Git.asked = {}, []

    def put(path: str, text: str = "", status: int = 200, **headers: str) -> str:
        Git.answers[path] = (status, text, {key.replace("_", "-"): value for key, value in headers.items()})
        return f"http://{host}{path}"

    yield put
    server.shutdown()
    server.server_close()


def test_an_address_is_asked_with_its_etag_and_unchanged_costs_nothing(git: Callable[..., str]) -> None:
    address = git("/team/all.yaml", component("one") + location("all", "./more.yaml"), ETag='"v1"')
    git("/team/more.yaml", component("two"))
    place = read(registered(address, "url"))
    assert names() == {"one", "two"}
    before = list(Document.objects.values_list("entity__updated_at", "etag"))
    read(place)
    assert ("/team/all.yaml", '"v1"') in Git.asked
    assert list(Document.objects.values_list("entity__updated_at", "etag")) == before
    text = Document.objects.get(entity__name="two").text
    assert f'"backstage.io/managed-by-origin-location":"url:{address}"' in text


def test_a_host_that_asks_to_wait_is_left_alone_that_long(git: Callable[..., str]) -> None:
    place = read(registered(git("/all.yaml", status=429, Retry_After="7200"), "url"))
    assert (place.state, place.error) == (FAILING, "The host answered 429.")
    assert timedelta(minutes=115) < place.next_at - timezone.now() <= timedelta(minutes=120)


@pytest.mark.parametrize(
    ("status", "state"), [(404, GONE), (410, GONE), (500, FAILING), (401, FAILING), (302, FAILING)]
)
def test_gone_is_told_apart_from_other_failures(git: Callable[..., str], status: int, state: str) -> None:
    address = git("/all.yaml", component("one"))
    place = read(registered(address, "url"))
    git("/all.yaml", status=status)
    for _ in range(3):
        place = read(place)
    assert place.state == state
    assert names() == (set() if state == GONE else {"one"})


def test_a_file_from_the_web_names_no_files_of_this_machine(git: Callable[..., str], folder: Path) -> None:
    address = git("/all.yaml", location("all", "file:///etc/passwd", "team/x.yaml", extra=", type: file"))
    place = read(registered(address, "url"))
    reasons = set(Import.objects.filter(state="error").values_list("reason", flat=True))
    assert "A file from the web can only name web addresses." in reasons
    assert "A file from the web cannot name files of this machine." in reasons
    assert place.state == ERRORS


def test_a_host_that_is_not_on_the_list_is_reported_on_its_location(git: Callable[..., str]) -> None:
    place = read(registered("http://other.example.com/all.yaml", "url"))
    assert (place.state, place.remedy) == (FAILING, "Add it to READING_ALLOW.")


def test_the_job_reads_what_is_due_and_one_failure_stops_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "all.yaml").write_text(component("one"))
    registered("team/broken.yaml")
    later = registered("team/later.yaml")
    Location.objects.filter(pk=later.pk).update(next_at=timezone.now() + timedelta(hours=1))
    registered()
    real = read_locations.read_location

    def sometimes(place: Location) -> object:
        if place.target == "team/broken.yaml":
            raise RuntimeError("nobody foresaw this")
        return real(place)

    monkeypatch.setattr(read_due, "read_location", sometimes)
    run = Run.objects.create(job=locations.JOB, state=RUNNING, fence=1)
    assert read_due.run(JobContext(run, 60)) == {"locations": 1, "stored": 1, "removed": 0, "errors": 0}
    assert Document.objects.filter(entity__name="one").exists()
    states = dict(Location.objects.values_list("target", "state"))
    assert states == {"team/all.yaml": OK, "team/broken.yaml": FAILING, "team/later.yaml": "new"}
