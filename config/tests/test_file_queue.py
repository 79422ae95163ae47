"""The embedded broker: nothing half-written is taken, and one bad message stops nobody."""

import logging
import threading
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from config import file_queue

WRITERS = 3
MESSAGES = 400


@pytest.fixture
def folders(tmp_path):
    names = ("messages", "taken", "control")
    for name in names:
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def open_channel(folders):
    file_queue.register()
    opened = []

    def connect():
        connection = Connection(
            "files://",
            transport_options={
                "data_folder_in": str(folders / "messages"),
                "data_folder_out": str(folders / "messages"),
                "processed_folder": str(folders / "taken"),
                "control_folder": str(folders / "control"),
            },
        )
        opened.append(connection)
        return connection.channel()

    yield connect
    for connection in opened:
        connection.close()


def take_all(channel) -> list:
    taken = []
    while True:
        try:
            taken.append(channel._get("celery"))
        except Empty:
            return taken


@pytest.mark.behaviour("OP-14")
def test_messages_written_and_taken_at_once_all_arrive_once_and_in_order(open_channel, folders):
    failures = []

    def write(writer: int, channel) -> None:
        try:
            for number in range(MESSAGES):
                channel._put("celery", {"writer": writer, "number": number, "text": "한글" * 500})
        except Exception as error:
            failures.append(error)

    threads = [
        threading.Thread(target=write, args=[writer, open_channel()]) for writer in range(WRITERS)
    ]
    reader, taken = open_channel(), []
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken += take_all(reader)
    taken += take_all(reader)
    assert not failures
    assert len(taken) == WRITERS * MESSAGES
    for writer in range(WRITERS):
        own = [message["number"] for message in taken if message["writer"] == writer]
        assert own == list(range(MESSAGES))
    assert not [*(folders / "messages").iterdir(), *(folders / "taken").iterdir()]


@pytest.mark.behaviour("OP-15")
@pytest.mark.parametrize(
    "content", [b"", b'{"half": ', b"\xff\xfe"], ids=["empty", "half", "bytes"]
)
def test_a_message_that_cannot_be_read_is_put_away(open_channel, folders, content, caplog):
    (folders / "messages" / "0_broken.celery.msg").write_bytes(content)
    channel = open_channel()
    channel._put("celery", {"text": "마당"})
    with caplog.at_level(logging.ERROR):
        assert take_all(channel) == [{"text": "마당"}]
    assert [kept.name for kept in (folders / "unreadable").iterdir()] == ["0_broken.celery.msg"]
    assert [line.message for line in caplog.records] == ["queue_message_unreadable"]


def test_another_queue_and_a_message_being_written_are_left_alone(open_channel, folders):
    channel = open_channel()
    channel._put("mail", {"text": "편지"})
    (folders / "messages" / "1_x.celery.msg.part").write_bytes(b"{")
    assert take_all(channel) == []
    assert channel._get("mail") == {"text": "편지"}


def test_a_disk_that_refuses_is_said_and_leaves_nothing(open_channel, folders, monkeypatch):
    def refuse(path, target):
        raise OSError("No space left on device")

    channel = open_channel()
    monkeypatch.setattr(file_queue.Path, "replace", refuse)
    with pytest.raises(ChannelError):
        channel._put("celery", {})
    assert list((folders / "messages").iterdir()) == []
