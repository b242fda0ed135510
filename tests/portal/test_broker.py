"""The embedded broker: a message is there whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty

from kombu import Connection

from portal.broker import Transport


def link(folder: Path) -> Connection:
    queue, control = folder / "queue", folder / "control"
    queue.mkdir(exist_ok=True)
    control.mkdir(exist_ok=True)
    options = {"data_folder_in": str(queue), "data_folder_out": str(queue), "control_folder": str(control)}
    return Connection("filesystem://", transport_options=options | {"store_processed": False})


def test_the_portals_transport_answers_for_filesystem_urls(tmp_path: Path) -> None:
    assert isinstance(link(tmp_path).transport, Transport)


def test_messages_come_in_order_and_once(tmp_path: Path) -> None:
    with link(tmp_path) as connection:
        channel = connection.default_channel
        for number in range(20):
            channel._put("work", {"n": number})
        seen = {channel._get("work")["n"] for _ in range(20)}
    assert seen == set(range(20))


def test_a_reader_never_sees_half_a_message(tmp_path: Path) -> None:
    faults: list[Exception] = []
    seen: list[int] = []

    def write(connection: Connection) -> None:
        for number in range(300):
            connection.default_channel._put("work", {"n": number, "text": "x" * 2000})

    def read(connection: Connection, done: threading.Event) -> None:
        while not done.is_set() or len(seen) < 300:
            try:
                seen.append(connection.default_channel._get("work")["n"])
            except Empty:
                continue
            except Exception as error:  # noqa: BLE001 any fault at all fails the test
                faults.append(error)
                return

    done = threading.Event()
    reader = threading.Thread(target=read, args=(link(tmp_path), done))
    reader.start()
    write(link(tmp_path))
    done.set()
    reader.join(timeout=30)
    assert faults == []
    assert sorted(seen) == list(range(300))


def test_a_half_written_table_of_queues_is_read_again(tmp_path: Path) -> None:
    with link(tmp_path) as connection:
        channel = connection.default_channel
        channel._queue_bind("tasks", "work", "", "work")
        table = channel._exchange_file("tasks")
        whole = table.read_bytes()
        table.write_bytes(b"")
        threading.Timer(0.1, lambda: table.write_bytes(whole)).start()
        assert [queue[2] for queue in channel.get_table("tasks")] == ["work"]
